import { MongoServerError, type ClientSession } from 'mongodb';

import type { AccountRecord } from '../event-store/account-record.js';
import { writeDocuments } from '../event-store/combined-writes.js';
import { TRANSACTION } from '../event-store/commit-attempt.js';
import { meaningOf, VersionConflict } from '../event-store/conflicts.js';
import type { EventLog } from '../event-store/event-log.js';
import { inChunks } from '../event-store/in-chunks.js';
import { PendingDocuments } from '../event-store/pending-documents.js';
import type { ReadModels } from '../event-store/read-models.js';
import { EVENTS, type StoredEvent } from '../event-store/stored-event.js';
import { isSealed } from '../event-store/verify-chain.js';
import { accountsIn, COPIED_ACCOUNTS, CopyRefused, type Side } from './sides.js';

/** How many events go into the target in one transaction. */
const CHUNK = 250;
const DUPLICATE_KEY = 11_000;

/** How an account's documents are made of its log, and the account's state is read back from its document. */
export interface CopyModels<Event, State extends object> extends ReadModels<Event, State> {
  stateIn(document: AccountRecord): State;
}

/** An account whose log in the source is not as it was recorded; it is copied as far as it is. */
export class LogBroken extends Error {
  override readonly name = 'LogBroken';
}

/**
 * Records an account's log in the target as it was recorded in the source, event by event, and what follows from it with
 * it: each transaction brings some hundreds of events, their read models, and the account as it is after them. However
 * it ends, the target knows where to go on.
 */
export class AccountCopy<Event, State extends object> {
  constructor(
    private readonly log: EventLog,
    private readonly target: Side,
    /** The session of the target that all is written in. */
    private readonly session: ClientSession,
    private readonly models: CopyModels<Event, State>,
    /** Called with how many events were recorded since the last call. */
    private readonly advanced: (events: number) => void,
  ) {}

  /**
   * Goes on from what the target has, null for nothing, up to the version that is given for the source.
   * @throws LogBroken, CopyRefused when somebody else writes to the target; the driver's errors.
   */
  async run(source: AccountRecord, copied: AccountRecord | null): Promise<void> {
    let head = copied;
    const events = this.log.stream(null, source, (head?.version ?? 0) + 1, source.version);
    for await (const chunk of inChunks(events, CHUNK)) {
      verify(source, head, chunk);
      head = await this.record(source, head, chunk as unknown as StoredEvent<Event>[]);
      this.advanced(chunk.length);
    }
    const version = head?.version ?? 0;
    if (version < source.version) throw broken(source, `event ${version + 1} is missing`);
  }

  private async record(
    { _id, household_id, generation }: AccountRecord,
    head: AccountRecord | null,
    events: readonly StoredEvent<Event>[],
  ): Promise<AccountRecord> {
    const at = head?.generation ?? generation;
    const before = head && this.models.stateIn(head);
    const { after, projection } = await this.models.project(before, events, at).catch((error: unknown) => {
      throw new LogBroken(`${_id}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    });
    const documents = new PendingDocuments();
    const changes = [
      ...events.map((event) => ({ collection: EVENTS, _id: event._id, insert: event })),
      ...projection.changes,
    ];
    documents.take(changes.map((change) => ({ owner: { household_id, account_id: _id }, change })));
    const last = events.at(-1);
    const account = {
      ...this.models.stored(after),
      _id,
      household_id,
      version: last?.seq ?? 0,
      head_hash: last?.hash ?? null,
      register_rows: (head?.register_rows ?? 0) + projection.added_rows,
      generation: at,
    };
    await this.write(account, head, documents);
    return account;
  }

  private async write(
    account: AccountRecord,
    head: AccountRecord | null,
    documents: PendingDocuments,
  ): Promise<void> {
    const { _id } = account;
    try {
      await this.session.withTransaction(() => this.writeAll(account, head, documents), TRANSACTION);
    } catch (error) {
      if (!isSomebodyElses(error)) throw error;
      throw new CopyRefused(
        `the target's ${_id} was written to meanwhile: is there another copy, or a service?`,
        {
          cause: error,
        },
      );
    }
  }

  private async writeAll(
    account: AccountRecord,
    head: AccountRecord | null,
    documents: PendingDocuments,
  ): Promise<void> {
    const { client, db } = this.target;
    const { session } = this;
    // The bulk write's own error hides from the driver that a transaction may be tried again.
    await writeDocuments(client, db, documents.all(), session).catch((error: unknown) => {
      throw meaningOf(error, []);
    });
    // The first one is made here, and so is that of an account which an earlier copy has brought to its end.
    const { _id } = account;
    const filter = head ? { _id, version: head.version } : { _id };
    const staged = accountsIn(this.target, COPIED_ACCOUNTS);
    await staged.replaceOne(filter, account, { session, upsert: true });
  }
}

/** Events as they follow one another, each as it was sealed. */
function verify(
  source: AccountRecord,
  head: AccountRecord | null,
  events: readonly StoredEvent<Record<string, unknown>>[],
): void {
  let { version: seq, head_hash: hash } = head ?? { version: 0, head_hash: null };
  for (const event of events) {
    seq += 1;
    if (event.seq !== seq) throw broken(source, `event ${seq} is missing`);
    if (event.prev_hash !== hash || !isSealed(event)) {
      throw broken(source, `event ${seq} is not as it was recorded`);
    }
    hash = event.hash;
  }
}

function isSomebodyElses(error: unknown): boolean {
  if (error instanceof VersionConflict) return true;
  return error instanceof MongoServerError && error.code === DUPLICATE_KEY;
}

const broken = ({ _id }: AccountRecord, reason: string): LogBroken => new LogBroken(`${_id}: ${reason}`);
