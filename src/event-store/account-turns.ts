import { Problem } from '../kernel/problem.js';

/**
 * Takes turns: what is to be done with one account waits for what came before it, other accounts go on beside it. So
 * the commands of one process never meet each other's commits as conflicts. What waits or runs is bounded over all
 * accounts.
 */
export class AccountTurns {
  private readonly last = new Map<string, Promise<void>>();
  private held = 0;

  /** @param limit how many turns may wait or run at once, over all accounts */
  constructor(private readonly limit: number) {}

  /**
   * Does `work` once everything asked for earlier on this account is done, whether that went well or not. Rejects with
   * what `work` rejects with.
   * @throws Problem `service_unavailable` at once when the bound is reached.
   */
  async take<Result>(accountId: string, work: () => Promise<Result>): Promise<Result> {
    if (this.held >= this.limit) {
      throw new Problem('service_unavailable', { detail: 'Too many changes are waiting already.' });
    }
    this.held += 1;
    const turn = (this.last.get(accountId) ?? Promise.resolve()).then(work);
    const done = turn.then(
      () => undefined,
      () => undefined,
    );
    this.last.set(accountId, done);
    try {
      return await turn;
    } finally {
      this.held -= 1;
      if (this.last.get(accountId) === done) this.last.delete(accountId);
    }
  }

  /** How many turns wait or run. */
  get length(): number {
    return this.held;
  }
}
