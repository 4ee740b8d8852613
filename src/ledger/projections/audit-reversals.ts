import type { StoredEvent } from '../../event-store/stored-event.js';
import { isRootEvent, type LedgerEvent, type TransactionReversed } from '../domain/events.js';
import { LIMITS } from '../domain/limits.js';
import { StandingRoots } from './audit-standing.js';

type Event = StoredEvent<LedgerEvent>;
export type Reversal = StoredEvent<TransactionReversed>;

/** Reversals between which rule 7 is broken: it is not where one command recorded them all. */
export interface Doubt {
  /** The sequences of the first and the last of them. */
  readonly from: number;
  readonly to: number;
  /** How many they are. */
  readonly reversals: number;
  /** The account that has the other side of each of them, null where there is none. */
  readonly other: string | null;
  /** What is to be told if they are not one command's. */
  readonly finding: string;
}

/** Where the transactions of a batch stand in the log of an account. */
export type BatchPlace = readonly [first: number, last: number];

/**
 * Whether two events that follow each other may come from one command that reverses several transactions: all other
 * commands record one event an account, as far as money goes.
 */
export function maybeOneCommand(a: Event, b: Event): boolean {
  const both = isPartOfReversals(a) && isPartOfReversals(b);
  return both && a.actor_id === b.actor_id && a.recorded_at.getTime() === b.recorded_at.getTime();
}

export const isReversal = (event: Event): event is Reversal => event.type === 'TransactionReversed';

const isPartOfReversals = (event: Event): boolean => isReversal(event) || event.type === 'EnvelopeRestored';

/** No sequence: nothing begins there or later. */
const NOWHERE = Infinity;

/**
 * Follows a log and tells whether reversals are what one command does: the undo of everything that stood after a
 * transaction, the undo of all that stood of a batch, or the redo of all that did not. So what is overdrawn between two
 * reversals passes just where such a command could have been asked for in their place, which is judged at its end.
 */
export class ReversalCommands {
  /** What only an undo that was asked of another account can explain. */
  readonly elsewhere: Doubt[] = [];
  /** The batches that explained something. */
  readonly batches = new Map<string, BatchPlace>();
  private readonly standing = new StandingRoots();
  private last: Event | undefined;
  /** The last reversal, while what follows may come from its command. */
  private reversal: Reversal | undefined;
  /** Where the undos began that go back, one after the other, in the order in which a command does. */
  private back_from = NOWHERE;
  /** The same for reversals of one batch. */
  private batch_from = NOWHERE;
  /** What a batch explains if the rest of it, so many, follows. */
  private pending: Doubt[] = [];
  private left = 0;

  /** Takes the next event; what is to be told of reversals before, when it is clear that no command explains them. */
  take(event: Event): string | null {
    const joined =
      this.last !== undefined && batchOf(this.last) !== undefined && batchOf(this.last) === batchOf(event);
    this.standing.next(isRootEvent(event), joined);
    if (isReversal(event)) this.reversed(event);
    else if (event.type !== 'EnvelopeRestored' || !this.last || !maybeOneCommand(this.last, event))
      this.ended();
    this.last = event;
    return this.pending.length === 0 ? null : this.goOn(event);
  }

  /** Judges reversals of which the event that was taken last is the last one; what is to be told, null where nothing is yet. */
  settle(doubt: Doubt): string | null {
    if (doubt.reversals > LIMITS.at_once) return doubt.finding;
    if (this.isBackTo(doubt.from)) return null;
    const { reversal } = this;
    if (!reversal || this.batch_from > doubt.from) return this.otherwise(doubt);
    const place = this.standing.batchOf(reversal.root_seq);
    if (!place || reversal.batch_id === undefined) return this.otherwise(doubt);
    this.batches.set(reversal.batch_id, place);
    this.left = this.standing.countOf(place, reversal.role === 'undo');
    if (this.left > 0) this.pending.push(doubt);
    return null;
  }

  /** What is to be told when no event follows any more. */
  end(): string | null {
    return this.giveUp();
  }

  /** Whether the reversals from a sequence on, up to the event that was taken last, undid all that stood from there on. */
  isBackTo(from: number): boolean {
    return (
      this.back_from <= from && this.reversal !== undefined && !this.standing.anyFrom(this.reversal.root_seq)
    );
  }

  private reversed(event: Reversal): void {
    const { role, seq, batch_id } = event;
    const follows = this.follows(event);
    const sameBatch = follows && this.reversal?.batch_id === batch_id;
    if (!follows) [this.back_from, this.batch_from] = [seq, seq];
    if (!sameBatch) this.batch_from = seq;
    if (batch_id === undefined) this.batch_from = NOWHERE;
    this.reversal = event;
    this.standing.turn(event.root_seq, role === 'redo');
  }

  /** Whether a reversal may be the next one of the last one's command: undone from the last, redone from the first. */
  private follows(event: Reversal): boolean {
    const { last, reversal } = this;
    if (!last || !reversal || !maybeOneCommand(last, event)) return false;
    if (reversal.role !== event.role || reversal.description !== event.description) return false;
    return event.role === 'undo' ? reversal.root_seq > event.root_seq : reversal.root_seq < event.root_seq;
  }

  private ended(): void {
    this.reversal = undefined;
    [this.back_from, this.batch_from] = [NOWHERE, NOWHERE];
  }

  private goOn(event: Event): string | null {
    if (this.pending.some(({ from }) => this.batch_from > from)) return this.giveUp();
    if (!isReversal(event)) return null;
    this.left -= 1;
    if (this.left === 0) this.pending = [];
    return null;
  }

  private giveUp(): string | null {
    const { pending } = this;
    this.pending = [];
    for (const doubt of pending) {
      const finding = this.otherwise(doubt);
      if (finding !== null) return finding;
    }
    return null;
  }

  private otherwise(doubt: Doubt): string | null {
    if (doubt.other === null) return doubt.finding;
    this.elsewhere.push(doubt);
    return null;
  }
}

const batchOf = (event: Event): string | undefined => (isRootEvent(event) ? event.batch_id : undefined);
