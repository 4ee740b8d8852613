import type { StoredEvent } from '../../event-store/stored-event.js';
import { changeOf } from '../domain/account.js';
import {
  isMoneyEvent,
  KIND_OF_ROOT,
  type LedgerEvent,
  type MoneyEvent,
  type TransactionReversed,
} from '../domain/events.js';
import { rowId, type Actor, type RegisterRow } from './register-row.js';

/** A change of the register: a new row, or fields of the row of an earlier event. */
export type RowWrite =
  { readonly insert: RegisterRow } | { readonly update: string; readonly set: Partial<RegisterRow> };

/**
 * What events change in the register of a generation, in their order; `actor` asked for them. Events that move no
 * money change nothing.
 */
export function rowWrites(
  events: readonly StoredEvent<LedgerEvent>[],
  generation: number,
  actor: Actor,
): RowWrite[] {
  return events.flatMap((event) => {
    if (!isMoneyEvent(event)) return [];
    const insert = { insert: rowOf(event, generation, actor) };
    return event.type === 'TransactionReversed' ? [insert, ...chainWrites(event, generation)] : [insert];
  });
}

/** The new rows among changes. */
export function insertedRows(changes: readonly RowWrite[]): RegisterRow[] {
  return changes.flatMap((change) => ('insert' in change ? [change.insert] : []));
}

function rowOf(event: StoredEvent<MoneyEvent>, generation: number, actor: Actor): RegisterRow {
  const { _id: id, household_id, account_id, seq, postings, balance_minor } = event;
  const { description, effective_on, recorded_at } = event;
  const chain = event.type === 'TransactionReversed' ? chainOfReversal(event) : chainOfRoot(id, seq);
  const kind = event.type === 'TransactionReversed' ? event.kind : KIND_OF_ROOT[event.type];
  const amount_minor = changeOf(postings);
  const moved_minor =
    kind === 'move' ? changeOf(postings.filter((posting) => posting.amount_minor > 0)) : null;
  return {
    _id: rowId(generation, id),
    household_id,
    account_id,
    generation,
    id,
    seq,
    kind,
    ...chain,
    amount_minor,
    moved_minor,
    size_minor: moved_minor ?? Math.abs(amount_minor),
    postings,
    description,
    notes: '',
    tags: [],
    effective_on,
    recorded_at,
    actor,
    balance_minor,
    standing: true,
    reversed_by_id: null,
    batch_id: null,
    payer: event.type === 'PayReceived' ? event.payer : null,
    transfer: null,
  };
}

const chainOfRoot = (id: string, seq: number) =>
  ({ role: 'root', root_id: id, tip_seq: seq, tip_id: id, reverses_id: null }) as const;

const chainOfReversal = ({ role, root_id, reverses_id }: TransactionReversed) =>
  ({ role, root_id, tip_seq: null, tip_id: null, reverses_id }) as const;

/** A reversal becomes the tip of its root's chain, and the root does not stand any more. */
function chainWrites(event: StoredEvent<TransactionReversed>, generation: number): RowWrite[] {
  const { _id: id, seq, root_id } = event;
  const set = { standing: false, tip_seq: seq, tip_id: id, reversed_by_id: id };
  return [{ update: rowId(generation, root_id), set }];
}
