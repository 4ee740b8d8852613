import { setTimeout as wait } from 'node:timers/promises';

import { MongoError, type ClientSession } from 'mongodb';

/** A commit of which nobody can say whether it took place. It must not be tried again. */
export class CommitUnknown extends Error {
  override readonly name = 'CommitUnknown';
}

const RETRIES = 4;
const FIRST_WAIT_MS = 20;

/**
 * Commits. Where the answer is lost, the commit alone is sent again, and in the end `isStored` looks for what it would
 * have written.
 * @throws CommitUnknown when that tells nothing, or not that it took place; the driver's error, with the label
 *   TransientTransactionError, when it did certainly not.
 */
export async function confirmCommit(session: ClientSession, isStored: () => Promise<boolean>): Promise<void> {
  const failure = await commitStubbornly(session);
  if (failure === undefined) return;
  const stored = await isStored().catch((error: unknown) => {
    throw new CommitUnknown('Neither commit nor log answered', { cause: error });
  });
  if (stored) return;
  if (failure instanceof MongoError && hasLabel(failure, 'TransientTransactionError')) throw failure;
  throw new CommitUnknown('A commit could not be confirmed', { cause: failure });
}

/** Returns the last error, undefined when the commit is confirmed. */
async function commitStubbornly(session: ClientSession): Promise<unknown> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await session.commitTransaction();
      return undefined;
    } catch (error) {
      const unknown = !(error instanceof MongoError) || hasLabel(error, 'UnknownTransactionCommitResult');
      if (!unknown || attempt >= RETRIES) return error;
      await wait(Math.random() * FIRST_WAIT_MS * 2 ** attempt);
    }
  }
}

function hasLabel(error: unknown, label: string): boolean {
  return error instanceof MongoError && error.hasErrorLabel(label);
}
