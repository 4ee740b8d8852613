import type { ClientSession } from 'mongodb';

import type { AccountRecord } from './account-record.js';
import type { StoredAnswer } from './idempotency-record.js';
import type { Decision, DocumentEdit } from './recording.js';
import type { StoredEvent } from './stored-event.js';

/** The transaction that a decision reads in; whatever it needs beside the accounts is read through it. */
export type ReadSession = ClientSession;

/** What a decision is made on: the accounts and rows as the commands before it in the same transaction left them. */
export interface Workspace<State extends object> {
  readonly session: ReadSession;

  /**
   * Accounts of the command's household by their ids, in that order; null for what it does not have. Accounts that the
   * command did not declare take part in the transaction from now on; where another one has them at work, the command
   * ends here and is decided again later.
   */
  accounts(ids: readonly string[]): Promise<((State & AccountRecord) | null)[]>;

  /** One of them. */
  account(id: string): Promise<(State & AccountRecord) | null>;

  /** The household's accounts that commands of this transaction have changed or opened, as they left them. */
  changedAccounts(): readonly (State & AccountRecord)[];

  /** What commands of this transaction have done to an account's documents in a collection, by `_id`. */
  pending(collection: string, account_id: string): ReadonlyMap<string, DocumentEdit>;
}

/** A key with which a client may send the same command again. */
export interface IdempotencyTerms<Answer> {
  readonly key: string;
  readonly fingerprint: string;
  /** What the client is answered, once the decision's events have their sequences; kept with the key. */
  answer(decision: Answer): StoredAnswer;
}

/** Something to be decided on and recorded. */
export interface Command<Event, State extends object, Answer extends Decision<Event, State>> {
  readonly household_id: string;
  /** The user who asks for it. */
  readonly actor_id: string;
  readonly recorded_at: Date;
  /** The accounts that it is known to need, by id. */
  readonly accounts: readonly string[];
  /** About how many transactions it records, 1 unless given: bounds how much goes together. */
  readonly weight?: number;
  /** Decided like any other, then dropped. */
  readonly dry_run?: boolean;
  readonly idempotency?: IdempotencyTerms<Answer> | undefined;

  /**
   * Decides, perhaps more than once: again when another process was faster. Reads through the workspace alone. It
   * refuses by throwing.
   */
  decide(workspace: Workspace<State>): Promise<Answer>;
}

/** What was recorded: the decision, and its events as they were stored, in the order of its recordings. */
export interface Appended<Event, Answer> {
  readonly decision: Answer;
  readonly events: readonly StoredEvent<Event>[];
}
