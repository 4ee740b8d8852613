import type { DocumentChange } from '../../event-store/recording.js';
import type { StoredEvent } from '../../event-store/stored-event.js';
import { isMoneyEvent, type LedgerEvent } from '../domain/events.js';

/** The collection that holds, for each envelope and month, what postings add up to. */
export const TOTALS = 'totals';

/** The key of an envelope's total of a month in a generation; those of one envelope sort by month. */
export function totalId(account_id: string, generation: number, envelope_id: number, month: string): string {
  return `${account_id}/${generation}/${envelope_id}/${month}`;
}

/** What events of one account add to its totals of a generation: a reversal takes away on the day of what it reverses. */
export function totalsChanges(
  events: readonly StoredEvent<LedgerEvent>[],
  generation: number,
): DocumentChange[] {
  return events.filter(isMoneyEvent).flatMap(({ account_id, effective_on, postings }) => {
    const [month, day] = [effective_on.slice(0, 7), effective_on.slice(8)];
    return postings.map(({ envelope_id, amount_minor }) => ({
      collection: TOTALS,
      _id: totalId(account_id, generation, envelope_id, month),
      inc: { sum_minor: amount_minor, [`days.${day}`]: amount_minor, [`rows.${day}`]: 1 },
      on_insert: { generation, envelope_id, month },
    }));
  });
}
