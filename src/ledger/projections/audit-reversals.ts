import type { Db } from 'mongodb';

import { tenantScope, type MaybeSession, type TenantScope } from '../../database/tenant-scope.js';
import type { EventLog } from '../../event-store/event-log.js';
import { EVENTS, type StoredEvent } from '../../event-store/stored-event.js';
import { isRootEvent, type LedgerEvent, type TransactionReversed } from '../domain/events.js';
import { LIMITS } from '../domain/limits.js';

type Event = StoredEvent<LedgerEvent>;
type Reversal = StoredEvent<TransactionReversed>;

/** Events of an account that follow each other, from one sequence to another, both included. */
export interface Stretch {
  readonly account_id: string;
  readonly from: number;
  readonly to: number;
}

/** What one command records on an account at most: its reversals, and the envelopes that they restore. */
const REACH = LIMITS.at_once + LIMITS.envelopes;

/**
 * Whether two events that follow each other may come from one command that reverses several transactions: all other
 * commands record one event an account, as far as money goes.
 */
export function maybeOneCommand(a: Event, b: Event): boolean {
  const both = isPartOfReversals(a) && isPartOfReversals(b);
  return both && a.actor_id === b.actor_id && a.recorded_at.getTime() === b.recorded_at.getTime();
}

const isReversal = (event: Event): event is Reversal => event.type === 'TransactionReversed';

const isPartOfReversals = (event: Event): boolean => isReversal(event) || event.type === 'EnvelopeRestored';

/**
 * Tells whether reversals that look like one command's are what some command does: the undo of everything that stood
 * after a transaction, the undo of all that stood of a batch, or the redo of all that did not. What cannot be told from
 * such a command could have been asked for.
 */
export class ReversalCommands {
  private readonly events: TenantScope<Event>;

  constructor(
    db: Db,
    private readonly log: EventLog,
    private readonly household_id: string,
    private readonly session: MaybeSession,
  ) {
    this.events = tenantScope<Event>(db, EVENTS, household_id);
  }

  /** Whether one command may have recorded a stretch of events. */
  async mayBeOne(stretch: Stretch): Promise<boolean> {
    const run = await this.runAround(stretch);
    const asked = run.filter(({ seq }) => seq >= stretch.from && seq <= stretch.to);
    return (
      (await this.isOfBatch(stretch, run, asked)) ||
      (await this.isBackTo(stretch, run)) ||
      (await this.isOtherSide(asked))
    );
  }

  /** The reversals around a stretch that one command may have recorded with it, as far as it can be told at a glance. */
  private async runAround({ account_id, from, to }: Stretch): Promise<Reversal[]> {
    const events = await this.read(account_id, Math.max(1, from - REACH), to + REACH);
    const start = events.findIndex(({ seq }) => seq === from);
    const belongs = (index: number): boolean => {
      const [one, other] = [events[index], events[index + 1]];
      return one !== undefined && other !== undefined && maybeOneCommand(one, other);
    };
    let [first, last] = [start, start];
    while (belongs(first - 1)) first -= 1;
    while (belongs(last)) last += 1;
    return events.slice(first, last + 1).filter(isReversal);
  }

  /** All that stood of a batch is undone, or all that did not redone. */
  private async isOfBatch(
    { account_id, from, to }: Stretch,
    run: readonly Reversal[],
    asked: readonly Reversal[],
  ): Promise<boolean> {
    const [{ batch_id, role } = { batch_id: undefined, role: 'undo' }] = asked;
    if (batch_id === undefined) return false;
    const block = blockOf(run, from, (event) => event.role === role && event.batch_id === batch_id);
    if (!reaches(block, to)) return false;
    const roots = block.map(({ root_seq }) => root_seq);
    const lowest = Math.max(1, Math.min(...roots) - LIMITS.at_once);
    const before = await this.before(account_id, lowest, block, (batch) => batch === batch_id);
    return isSame(roots, role === 'undo' ? before.standing : before.undone);
  }

  /** All that stood after a transaction is undone. */
  private async isBackTo({ account_id, from, to }: Stretch, run: readonly Reversal[]): Promise<boolean> {
    const block = blockOf(run, from, ({ role }) => role === 'undo');
    if (!reaches(block, to)) return false;
    const undone = block.filter(({ seq }) => seq <= to).map(({ root_seq }) => root_seq);
    const { standing } = await this.before(account_id, undone.at(-1) ?? 1, block, () => true);
    return isSame(undone, standing);
  }

  /** They are the other sides of transfers of one account, where all that stood after a transaction is undone. */
  private async isOtherSide(asked: readonly Reversal[]): Promise<boolean> {
    const [account_id, ...more] = new Set(asked.map(({ counterpart }) => counterpart?.account_id));
    if (account_id === undefined || more.length > 0) return false;
    const places: number[] = [];
    for (const reversal of asked) {
      const seq = await this.placeOfOther(reversal);
      if (seq === null) return false;
      places.push(seq);
    }
    const stretch = { account_id, from: Math.min(...places), to: Math.max(...places) };
    return this.isBackTo(stretch, await this.runAround(stretch));
  }

  /** The sequence that the reversal of a transfer's other side has, which the same command recorded. */
  private async placeOfOther(reversal: Reversal): Promise<number | null> {
    if (!reversal.counterpart) return null;
    const { account_id, transaction_id: _id } = reversal.counterpart;
    let tip: Event | null = await this.events.findOne(this.session, { _id, account_id });
    while (tip) {
      tip = await this.events.findOne(this.session, { account_id, reverses_seq: tip.seq });
      if (tip && isReversal(tip) && tip.role === reversal.role && maybeOneCommand(tip, reversal))
        return tip.seq;
    }
    return null;
  }

  /** What stood, and what did not, of the transactions from a sequence on, before a block of reversals. */
  private async before(
    account_id: string,
    from: number,
    block: readonly Reversal[],
    counts: (batch_id: string | undefined) => boolean,
  ): Promise<{ readonly standing: Set<number>; readonly undone: Set<number> }> {
    const [standing, undone] = [new Set<number>(), new Set<number>()];
    const log = { household_id: this.household_id, _id: account_id };
    const to = (block[0]?.seq ?? 1) - 1;
    for await (const stored of this.log.stream(this.session, log, from, to)) {
      const event = stored as unknown as Event;
      if (isRootEvent(event) && counts(event.batch_id)) standing.add(event.seq);
      if (!isReversal(event) || event.root_seq < from || !counts(event.batch_id)) continue;
      const [into, outOf] = event.role === 'undo' ? [undone, standing] : [standing, undone];
      into.add(event.root_seq);
      outOf.delete(event.root_seq);
    }
    return { standing, undone };
  }

  private async read(account_id: string, from: number, to: number): Promise<Event[]> {
    const seq = { $gte: from, $lte: to };
    return this.events.find(this.session, { account_id, seq }, { sort: { seq: 1 } }).toArray();
  }
}

/** The reversals around a place that belong together and are in a command's order: undone from the last, redone from the first. */
function blockOf(
  run: readonly Reversal[],
  place: number,
  belongs: (reversal: Reversal) => boolean,
): readonly Reversal[] {
  const start = run.findIndex(({ seq }) => seq === place);
  const follows = (index: number): boolean => {
    const [one, other] = [run[index], run[index + 1]];
    if (!one || !other || !belongs(one) || !belongs(other)) return false;
    return one.role === 'undo' ? one.root_seq > other.root_seq : one.root_seq < other.root_seq;
  };
  let [first, last] = [start, start];
  while (follows(first - 1)) first -= 1;
  while (follows(last)) last += 1;
  return run.slice(first, last + 1);
}

const reaches = (block: readonly Reversal[], to: number): boolean => (block.at(-1)?.seq ?? 0) >= to;

const isSame = (roots: readonly number[], wanted: ReadonlySet<number>): boolean =>
  roots.length === wanted.size && roots.every((root) => wanted.has(root));
