import type { ReadModels } from '../../event-store/read-models.js';
import type { DocumentChange } from '../../event-store/recording.js';
import type { StoredEvent } from '../../event-store/stored-event.js';
import type { Account } from '../domain/account.js';
import type { LedgerEvent } from '../domain/events.js';
import { evolve } from '../domain/evolve.js';
import { stateOf } from './account-document.js';
import { domainEvent } from './domain-event.js';
import { REGISTER } from './register-row.js';
import { rowWrites } from './register-rows.js';
import { registerProjection } from './register.js';
import { TOTALS, totalsChanges } from './totals-changes.js';

/** The user names of users by their ids. */
export type UsernamesOf = (user_ids: readonly string[]) => Promise<ReadonlyMap<string, string>>;

/** The read models of the ledger, as a rebuild makes them. */
export function ledgerReadModels(usernamesOf: UsernamesOf): ReadModels<LedgerEvent, Account> {
  return {
    collections: [REGISTER, TOTALS],
    project: async (before, stored, generation) => {
      const events = stored.map(domainEvent);
      const names = await usernamesOf([...new Set(events.map(({ actor_id }) => actor_id))]);
      return foldEvents(before, events, generation, names);
    },
    stored: stateOf,
  };
}

/** What events of one account, in their order, change in its register and totals, and the account after them. */
export function foldEvents(
  before: Account | null,
  events: readonly StoredEvent<LedgerEvent>[],
  generation: number,
  usernames: ReadonlyMap<string, string>,
) {
  let after = before;
  let added_rows = 0;
  const changes: DocumentChange[] = [];
  for (const part of byActor(events)) {
    const id = part[0]?.actor_id ?? '';
    const writes = rowWrites(after, part, generation, { id, username: usernames.get(id) ?? id });
    const register = registerProjection(writes);
    changes.push(...register.changes, ...totalsChanges(part, generation));
    added_rows += register.added_rows;
    after = part.reduce<Account | null>(evolve, after);
  }
  if (!after) throw new Error('An account without events');
  return { after, projection: { changes, added_rows } };
}

/** Events in their order, parted where somebody else asked for them. */
function byActor(events: readonly StoredEvent<LedgerEvent>[]): StoredEvent<LedgerEvent>[][] {
  const parts: StoredEvent<LedgerEvent>[][] = [];
  for (const event of events) {
    const last = parts.at(-1);
    if (last?.[0]?.actor_id === event.actor_id) last.push(event);
    else parts.push([event]);
  }
  return parts;
}
