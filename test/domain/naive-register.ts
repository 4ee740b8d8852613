import type { RegisterFact } from '../../src/ledger/domain/facts.js';
import { isRootEvent, KIND_OF_ROOT, type LedgerEvent } from '../../src/ledger/domain/events.js';

/** The logs of accounts, by their ids. */
export type Logs = ReadonlyMap<string, readonly LedgerEvent[]>;

/** The id that the tests give the event with that sequence number, unless it brings one. */
export const idAt = (seq: number, account_id = 'acc_1'): string =>
  account_id === 'acc_1' ? `tx_${seq}` : `${account_id}_tx_${seq}`;

/** An event's id. */
export const idOf = (event: LedgerEvent, seq: number, account_id: string): string =>
  '_id' in event ? event._id : idAt(seq, account_id);

type Row = { -readonly [K in keyof RegisterFact]: RegisterFact[K] };

/** The register's rows of one account, recomputed from its first event each time, without other sides. */
function rowsOf(account_id: string, events: readonly LedgerEvent[]): Row[] {
  const rows: Row[] = [];
  const byId = new Map<string, Row>();
  const withId = (id: string): Row => byId.get(id)!;
  const add = (row: Row): void => {
    rows.push(row);
    byId.set(row.id, row);
  };
  events.forEach((event, index) => {
    const seq = index + 1;
    const id = idOf(event, seq, account_id);
    if (event.type === 'TransactionAnnotated') {
      const { description, notes, tags } = event;
      const row = withId(event.root_id);
      Object.assign(row, description === undefined ? {} : { description });
      Object.assign(row, notes === undefined ? {} : { notes });
      Object.assign(row, tags === undefined ? {} : { tags });
    }
    if (!isRootEvent(event) && event.type !== 'TransactionReversed') return;
    const { postings, effective_on, description, batch_id = null } = event;
    const payer = 'payer' in event ? (event.payer ?? null) : null;
    const told = { description, notes: '', tags: [], batch_id, payer, counterpart: null };
    const own = { account_id, id, seq, postings, effective_on, ...told };
    if (isRootEvent(event)) {
      const chain = { root_id: id, standing: true, tip_seq: seq, tip_id: id };
      add({ ...own, ...chain, role: 'root', kind: KIND_OF_ROOT[event.type] });
      return;
    }
    const { role, kind, root_id, reverses_id } = event;
    withId(reverses_id).standing = false;
    Object.assign(withId(root_id), { standing: role === 'redo', tip_seq: seq, tip_id: id });
    add({ ...own, role, kind, root_id, standing: true, tip_seq: seq, tip_id: id });
  });
  return rows;
}

/** The rows of all accounts; roots of transfers know their other side. */
export function registerOf(logs: Logs): RegisterFact[] {
  const rows = [...logs].flatMap(([account_id, events]) => rowsOf(account_id, events));
  const byId = new Map(rows.map((row) => [row.id, row]));
  const roots = new Map(rows.filter(({ role }) => role === 'root').map((row) => [row.id, { ...row }]));
  for (const [account_id, events] of logs) {
    events.forEach((event, index) => {
      if (event.type !== 'TransferSent' && event.type !== 'TransferReceived') return;
      const row = byId.get(idOf(event, index + 1, account_id))!;
      row.counterpart = roots.get(event.counterpart.transaction_id) ?? null;
    });
  }
  return rows;
}
