import { hashOf } from './hash-chain.js';
import type { EventRecord, LogHead } from './stored-event.js';

/**
 * What became of an event: its fields are not those that were sealed; it is gone; another one stands in its place, or it
 * stands elsewhere; or nobody recorded it.
 */
export const BREAK_REASONS = ['edited', 'removed', 'swapped', 'added'] as const;
export type BreakReason = (typeof BREAK_REASONS)[number];

/** The first event of a log that is not as it was recorded. */
export interface ChainBreak {
  readonly seq: number;
  readonly reason: BreakReason;
}

/** What a pass over a log has shown. */
export interface ChainResult {
  /** How many events were read and found as they were recorded. */
  readonly events: number;
  readonly first_break?: ChainBreak;
}

/** An event as the check needs it. */
export type SealedEvent = Pick<EventRecord, 'seq' | 'prev_hash' | 'hash'> & Readonly<Record<string, unknown>>;

/**
 * Holds a log against its chain of hashes. Events come one after the other by sequence, from the first one on; none is
 * kept longer than until the next but one. What the chain cannot tell is told by `sealedAs`, asked at a break only.
 */
export class ChainCheck {
  private expected: string | null = null;
  private good = 0;
  /** An event that is sound in itself but does not follow from the one before; the next one says whose fault it is. */
  private doubtful: SealedEvent | undefined;
  /** The first sequence that no event can have. */
  private stray: number | undefined;

  /**
   * @param head where the account says that the log ends
   * @param isElsewhere whether an event that was sealed after the event with that hash stands in another place
   */
  constructor(
    private readonly head: LogHead,
    private readonly isElsewhere: (prev_hash: string | null) => Promise<boolean>,
  ) {}

  /** Takes the next event; says what is broken, or undefined while all is well. */
  async take(event: SealedEvent): Promise<ChainResult | undefined> {
    const { doubtful } = this;
    if (doubtful) return this.culprit(doubtful, event.prev_hash === doubtful.hash);
    const seq = this.good + 1;
    if (event.seq > seq) return this.broken(seq, await this.missing());
    if (event.seq < seq) {
      this.stray ??= event.seq;
      return undefined;
    }
    const follows = event.prev_hash === this.expected;
    if (!isSealed(event)) {
      const swapped = !follows && (await this.isElsewhere(this.expected));
      return this.broken(seq, swapped ? 'swapped' : 'edited');
    }
    if (!follows) {
      this.doubtful = event;
      return undefined;
    }
    this.good = seq;
    this.expected = event.hash;
    return undefined;
  }

  /** What the whole log comes to, when nothing follows any more. */
  end(): ChainResult {
    const { version, head_hash } = this.head;
    if (this.doubtful) return this.culprit(this.doubtful, this.doubtful.hash === head_hash);
    if (this.good < version) return this.broken(this.good + 1, 'removed');
    if (this.expected !== head_hash) return this.broken(version, 'edited');
    if (this.stray !== undefined) return this.broken(this.stray, 'added');
    return { events: this.good };
  }

  /** Either the event was changed and sealed anew, or, when what follows vouches for it, the one before was. */
  private culprit({ seq }: SealedEvent, vouched: boolean): ChainResult {
    return this.broken(vouched ? Math.max(1, seq - 1) : seq, 'edited');
  }

  private async missing(): Promise<BreakReason> {
    return (await this.isElsewhere(this.expected)) ? 'swapped' : 'removed';
  }

  private broken(seq: number, reason: BreakReason): ChainResult {
    return { events: Math.min(this.good, Math.max(0, seq - 1)), first_break: { seq, reason } };
  }
}

/** Whether an event is what its own hash was made of. */
export function isSealed(event: SealedEvent): boolean {
  try {
    return hashOf(event) === event.hash;
  } catch (error) {
    // A value of a kind that is never sealed got into it.
    if (error instanceof TypeError) return false;
    throw error;
  }
}
