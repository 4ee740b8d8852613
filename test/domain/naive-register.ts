import type { RegisterFact } from '../../src/ledger/domain/facts.js';
import { isRootEvent, KIND_OF_ROOT, type LedgerEvent } from '../../src/ledger/domain/events.js';

/** The id that the tests give the event with that sequence number. */
export const idAt = (seq: number): string => `tx_${seq}`;

/** The register's rows of a whole history, recomputed from its first event each time. */
export function registerOf(events: readonly LedgerEvent[]): RegisterFact[] {
  const rows: RegisterFact[] = [];
  events.forEach((event, index) => {
    const seq = index + 1;
    const own = { id: idAt(seq), seq, postings: event.postings, effective_on: event.effective_on };
    const chain = { standing: true, tip_seq: seq, tip_id: own.id };
    if (event.type === 'TransactionReversed') {
      const root = rows.findIndex((row) => row.id === event.root_id);
      rows[root] = { ...rows[root]!, standing: !rows[root]!.standing, tip_seq: seq, tip_id: own.id };
      rows.push({ ...own, ...chain, role: 'undo', kind: event.kind, root_id: event.root_id });
    } else if (isRootEvent(event)) {
      rows.push({ ...own, ...chain, role: 'root', kind: KIND_OF_ROOT[event.type], root_id: own.id });
    }
  });
  return rows;
}

/** The transaction that an undo of the last would take: the standing root with the greatest sequence. */
export function lastStanding(events: readonly LedgerEvent[]): RegisterFact | null {
  return registerOf(events).findLast((row) => row.role === 'root' && row.standing) ?? null;
}

/** The row with that id. */
export function rowWithId(events: readonly LedgerEvent[], id: string): RegisterFact | null {
  return registerOf(events).find((row) => row.id === id) ?? null;
}
