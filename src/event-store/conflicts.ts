import { setTimeout as wait } from 'node:timers/promises';

import { MongoClientBulkWriteError, MongoServerError } from 'mongodb';

import { Problem } from '../kernel/problem.js';

/** Another process has appended to the account since it was read: read it again and decide anew. */
export class VersionConflict extends Error {
  override readonly name = 'VersionConflict';
}

/** The account's document breaks a unique index of its collection, such as one over names. */
export class AccountKeyTaken extends Error {
  override readonly name = 'AccountKeyTaken';
}

const DUPLICATE_KEY = 11_000;
const WRITE_CONFLICT = 112;

/** How often a command is decided anew, and how long it waits in between: some 2 s in all at most. */
const ATTEMPTS = 10;
const FIRST_WAIT_MS = 5;
const LONGEST_WAIT_MS = 400;

/**
 * Does `work` again, after a wait that grows and is random, as long as it ends in a {@link VersionConflict}.
 * @throws Problem `service_unavailable` when every attempt met a conflict; whatever else `work` throws, at once.
 */
export async function retryConflicts<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof VersionConflict)) throw error;
      if (attempt + 1 >= ATTEMPTS) {
        throw new Problem('service_unavailable', {
          detail: 'The account is changed too often by others at this moment.',
          cause: error,
        });
      }
      await wait(Math.random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt));
    }
  }
}

/**
 * What an error of an append's bulk write means. The account's document is its first write: a duplicate key there is a
 * taken name, any other one, or a write conflict, means that somebody else was faster. The driver wraps a server's
 * error in one of its own and drops its labels, which `withTransaction` needs in order to retry: so it is unwrapped.
 */
export function meaningOf(error: unknown): unknown {
  if (!(error instanceof MongoClientBulkWriteError)) return error;
  for (const [index, { code }] of error.writeErrors) {
    if (code === DUPLICATE_KEY && index === 0) return new AccountKeyTaken(error.message, { cause: error });
    if (code === DUPLICATE_KEY || code === WRITE_CONFLICT) {
      return new VersionConflict(error.message, { cause: error });
    }
  }
  return error.cause instanceof MongoServerError ? error.cause : error;
}
