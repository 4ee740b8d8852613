import { FIRST_GENERATION, type AccountRecord } from './account-record.js';
import type { Command } from './command.js';
import { idempotencyId, type IdempotencyRecord } from './idempotency-record.js';
import type { OwnedChange } from './pending-documents.js';
import type { Decision, Recording } from './recording.js';
import { sealEvents, type StoredEvent } from './stored-event.js';

/** Any command; what it decides on and comes to is its own affair. */
export type AnyCommand = Command<object, object, Decision<object, object>>;

/** A decided command, made ready to be written. */
export interface StagedCommand {
  readonly decision: Decision<object, object>;
  readonly events: readonly StoredEvent<object>[];
  /** The accounts as it leaves them. */
  readonly accounts: readonly AccountRecord[];
  readonly changes: readonly OwnedChange[];
  readonly key: IdempotencyRecord | null;
}

/** The account with that id as the commands before left it. */
type Find = (account_id: string) => AccountRecord | null;

/** Gives a decision's events their places in the logs, and says what is to be written. Changes nothing. */
export function stage(command: AnyCommand, decision: Decision<object, object>, find: Find): StagedCommand {
  const recordings = decision.recordings.filter(({ events }) => events.length > 0);
  const ids = new Set(recordings.map(({ account_id }) => account_id));
  if (ids.size < recordings.length) throw new Error('A decision records twice on one account');
  const parts = recordings.map((recording) => stageOne(command, recording, find(recording.account_id)));
  return {
    decision,
    events: parts.flatMap(({ events }) => events),
    accounts: parts.map(({ account }) => account),
    changes: parts.flatMap(({ changes }) => changes),
    key: recordKey(command, decision),
  };
}

function stageOne(
  { household_id, actor_id, recorded_at }: AnyCommand,
  recording: Recording<object, object>,
  before: AccountRecord | null,
) {
  const { account_id } = recording;
  const head = before ?? { version: 0, head_hash: null };
  const events = sealEvents(head, { household_id, account_id, actor_id, recorded_at }, recording.events);
  const generation = before?.generation ?? FIRST_GENERATION;
  const projection = recording.project(events, generation);
  const account: AccountRecord = Object.assign({}, recording.state, {
    _id: account_id,
    household_id,
    version: head.version + events.length,
    head_hash: events.at(-1)?.hash ?? head.head_hash,
    register_rows: (before?.register_rows ?? 0) + projection.added_rows,
    generation,
  });
  const owner = { household_id, account_id };
  return { events, account, changes: projection.changes.map((change) => ({ owner, change })) };
}

function recordKey(command: AnyCommand, decision: Decision<object, object>): IdempotencyRecord | null {
  if (!command.idempotency || command.dry_run) return null;
  const { household_id, actor_id, recorded_at: created_at } = command;
  const { key, fingerprint } = command.idempotency;
  const answer = command.idempotency.answer(decision);
  return { _id: idempotencyId(household_id, actor_id, key), household_id, fingerprint, answer, created_at };
}
