import type { StoredEvent } from '../../event-store/stored-event.js';
import { changeOf, findEnvelope, type Account, type EnvelopeAmount } from '../domain/account.js';
import { runWith, type DayRun } from '../domain/day-run.js';
import {
  isMoneyEvent,
  KIND_OF_ROOT,
  type LedgerEvent,
  type MoneyEvent,
  type TransactionAnnotated,
  type TransactionReversed,
} from '../domain/events.js';
import { rowId, type Actor, type PostingRow, type RegisterRow } from './register-row.js';

/** A change of the register: a new row, or fields of the row of an earlier event. */
export type RowWrite =
  { readonly insert: RegisterRow } | { readonly update: string; readonly set: Partial<RegisterRow> };

/**
 * What events of one account change in its register of a generation, in their order; `actor` asked for them, `before` is
 * the account as they found it, null for a new one. Events that move no money add no row.
 */
export function rowWrites(
  before: Account | null,
  events: readonly StoredEvent<LedgerEvent>[],
  generation: number,
  actor: Actor,
): RowWrite[] {
  const balances = new EnvelopeBalances(before);
  let run = before?.run ?? null;
  return events.flatMap((event): RowWrite[] => {
    if (event.type === 'TransactionAnnotated') return [annotation(event, generation)];
    if (!isMoneyEvent(event)) return [];
    run = runWith(run, event.seq, event.effective_on);
    const row = rowOf(event, balances.post(event.postings), generation, actor);
    const insert = { ...row, run_seq: toldRun(run, event.seq) };
    return event.type === 'TransactionReversed'
      ? [{ insert }, ...chainWrites(event, generation)]
      : [{ insert }];
  });
}

/** From how far after its first sequence on, rows tell of a run: to read that many is as quick as to be told. */
const RUN_TOLD_AFTER = 64;

/** What a row tells of the run that it is in, so that ordinary days need no byte for it. */
export function toldRun({ first_seq }: DayRun, seq: number, after = RUN_TOLD_AFTER): number | null {
  return seq - first_seq >= after ? first_seq : null;
}

/** The new rows among changes. */
export function insertedRows(changes: readonly RowWrite[]): RegisterRow[] {
  return changes.flatMap((change) => ('insert' in change ? [change.insert] : []));
}

/** What the envelopes of an account hold, as one event after the other posts to them. */
class EnvelopeBalances {
  private readonly changed = new Map<number, number>();

  constructor(private readonly before: Account | null) {}

  /** Posts, and gives each posting the balance of its envelope after it. */
  post(postings: readonly EnvelopeAmount[]): PostingRow[] {
    return postings.map(({ envelope_id, amount_minor }) => {
      const balance_minor = this.of(envelope_id) + amount_minor;
      this.changed.set(envelope_id, balance_minor);
      return { envelope_id, amount_minor, balance_minor };
    });
  }

  private of(id: number): number {
    const stored = (): number => (this.before && findEnvelope(this.before, id)?.balance_minor) ?? 0;
    return this.changed.get(id) ?? stored();
  }
}

function rowOf(
  event: StoredEvent<MoneyEvent>,
  postings: readonly PostingRow[],
  generation: number,
  actor: Actor,
): Omit<RegisterRow, 'run_seq'> {
  const { _id: id, household_id, account_id, seq, balance_minor } = event;
  const { description, effective_on, recorded_at } = event;
  const chain = event.type === 'TransactionReversed' ? chainOfReversal(event) : chainOfRoot(id, seq);
  const kind = event.type === 'TransactionReversed' ? event.kind : KIND_OF_ROOT[event.type];
  const amount_minor = changeOf(postings);
  const moved_minor =
    kind === 'move' ? changeOf(postings.filter((posting) => posting.amount_minor > 0)) : null;
  return {
    _id: rowId(generation, id),
    ...{ household_id, account_id, generation, id, seq, kind },
    ...chain,
    amount_minor,
    moved_minor,
    size_minor: moved_minor ?? Math.abs(amount_minor),
    postings,
    description,
    notes: '',
    tags: [],
    ...{ effective_on, recorded_at, actor, balance_minor },
    standing: true,
    reversed_by_id: null,
    batch_id: event.batch_id ?? null,
    payer: 'payer' in event ? (event.payer ?? null) : null,
    transfer: 'counterpart' in event ? (event.counterpart ?? null) : null,
  };
}

const chainOfRoot = (id: string, seq: number) =>
  ({ role: 'root', root_id: id, tip_seq: seq, tip_id: id, reverses_id: null }) as const;

const chainOfReversal = ({ role, root_id, reverses_id }: TransactionReversed) =>
  ({ role, root_id, tip_seq: null, tip_id: null, reverses_id }) as const;

/**
 * A reversal becomes the tip of its root's chain, and the root stands or falls with it. What is reversed, the root or an
 * earlier reversal, says so; a reversal does not stand any more then.
 */
function chainWrites(event: StoredEvent<TransactionReversed>, generation: number): RowWrite[] {
  const { _id: id, seq, role, root_id, reverses_id } = event;
  const chain = { standing: role === 'redo', tip_seq: seq, tip_id: id };
  const root = rowId(generation, root_id);
  if (reverses_id === root_id) return [{ update: root, set: { ...chain, reversed_by_id: id } }];
  const reversed = { standing: false, reversed_by_id: id };
  return [
    { update: root, set: chain },
    { update: rowId(generation, reverses_id), set: reversed },
  ];
}

function annotation(event: StoredEvent<TransactionAnnotated>, generation: number): RowWrite {
  const { root_id, description, notes, tags } = event;
  return {
    update: rowId(generation, root_id),
    set: {
      ...(description !== undefined && { description }),
      ...(notes !== undefined && { notes }),
      ...(tags !== undefined && { tags }),
    },
  };
}
