import type { EventRecord, StoredEvent } from '../../event-store/stored-event.js';
import type { LedgerEvent } from '../domain/events.js';
import { SCHEMA_VERSION } from '../domain/record.js';

/** An event in a shape that this service does not know; the message says which, and of which version. */
export class UnknownVersion extends Error {
  override readonly name = 'UnknownVersion';
}

/** A stored event, whatever service wrote it. */
type Stored = EventRecord & { readonly schema_version?: unknown };

/** Whether a stored event has a shape that this service knows. */
export const isKnown = ({ schema_version }: Stored): boolean => schema_version === SCHEMA_VERSION;

/**
 * The event that a stored one means: whoever folds events takes them from here. There has been one shape so far, which is
 * taken as it is. Hashes are of what is stored, and are checked before.
 * @throws UnknownVersion for an event that a newer service wrote, or none.
 */
export function domainEvent(stored: Stored): StoredEvent<LedgerEvent> {
  if (isKnown(stored)) return stored as unknown as StoredEvent<LedgerEvent>;
  const { schema_version: version } = stored;
  const newer = typeof version === 'number' && version > SCHEMA_VERSION;
  const { seq, account_id, _id } = stored;
  throw new UnknownVersion(
    `event ${seq} of ${account_id} (${_id}) has schema version ${String(version)}, which this service does not know` +
      (newer ? ': a newer one wrote it' : ''),
  );
}
