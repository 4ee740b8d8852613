/** Those who wait for a sequence to be reached. */
export class SequenceWaiters {
  private waiting: { readonly sequence: number; readonly resolve: () => void }[] = [];

  get isEmpty(): boolean {
    return this.waiting.length === 0;
  }

  /** Resolves when a call of `reach` names this sequence or a later one. */
  until(sequence: number): Promise<void> {
    return new Promise((resolve) => this.waiting.push({ sequence, resolve }));
  }

  reach(sequence: number): void {
    const ready = this.waiting.filter((waiter) => waiter.sequence <= sequence);
    this.waiting = this.waiting.filter((waiter) => waiter.sequence > sequence);
    for (const waiter of ready) waiter.resolve();
  }
}
