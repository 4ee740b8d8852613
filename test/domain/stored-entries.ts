import type { StoredEvent } from '../../src/event-store/stored-event.js';
import type { Entry } from '../../src/ledger/domain/books.js';
import type { LedgerEvent } from '../../src/ledger/domain/events.js';
import type { Logbook } from './logbook.js';
import { idOf } from './naive-register.js';

/** What is about to be recorded, as it would be stored but for the hashes, by account. */
export function storedEntries(
  entries: readonly Entry[],
  logbook: Logbook,
): Map<string, StoredEvent<LedgerEvent>[]> {
  const byAccount = new Map<string, StoredEvent<LedgerEvent>[]>();
  for (const { account_id, event } of entries) {
    const stored = byAccount.get(account_id) ?? [];
    byAccount.set(account_id, stored);
    const seq = (logbook.accounts.get(account_id)?.version ?? 0) + 1 + stored.length;
    const record = { household_id: 'hh_1', account_id, actor_id: 'usr_1', recorded_at: new Date(0) };
    const place = { _id: idOf(event, seq, account_id), seq, prev_hash: null, hash: '' };
    stored.push({ ...event, ...record, ...place });
  }
  return byAccount;
}
