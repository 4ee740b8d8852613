import { MongoServerError } from 'mongodb';
import type { TestEngine } from '../kit.js';
import { answered, isLostConnection } from '../lost-connection.js';
import { anomaliesOf } from './anomalies.js';
import { runBank, type Books } from './bank.js';
import { runLists, TornRead } from './lists.js';

/** What some rounds of load have shown. */
export interface Findings {
  readonly committed: number;
  readonly givenUp: number;
  /** What went against snapshot isolation or was lost; empty where nothing was. */
  readonly faults: readonly string[];
}

/** How much load to put on: transactions and plain writes of both kinds are `rounds * clients * each * 2`. */
export interface Load {
  readonly rounds: number;
  readonly clients: number;
  readonly each: number;
}

/**
 * Puts load on an engine, round by round, until it is over or a fault is found; then kills it and asks for its last
 * commit again.
 */
export async function inspect(engine: TestEngine, load: Load): Promise<Findings> {
  const found = { committed: 0, givenUp: 0, faults: new Array<string>() };
  for (let round = 0; round < load.rounds && found.faults.length === 0; round += 1) {
    try {
      const { executions, final } = await runLists(engine.client, { ...load, round, keys: 4 });
      const books = await runBank(engine.client, { ...load, round, accounts: 5 });
      const done = executions.filter((execution) => execution.committed).length;
      found.committed += done + books.committed;
      found.givenUp += executions.length - done + books.givenUp;
      found.faults.push(...anomaliesOf({ executions, final }), ...faultsIn(books));
    } catch (error) {
      if (!(error instanceof TornRead)) throw error;
      found.faults.push(error.message);
    }
  }
  if (found.faults.length === 0 && !(await knowsCommitAfterCrash(engine))) {
    found.faults.push('commit forgotten');
  }
  return found;
}

function faultsIn(books: Books): string[] {
  const counts = ['wrongSums', 'wrongBalances', 'lostTouches', 'wrongReceipts'] as const;
  return counts.filter((count) => books[count] !== 0).map((count) => `${count}: ${String(books[count])}`);
}

/**
 * Whether a commit that is sent again after a crash, since its answer was lost, is known as done. Where it is not,
 * the driver runs the whole transaction a second time.
 */
async function knowsCommitAfterCrash(engine: TestEngine): Promise<boolean> {
  const session = engine.client.startSession();
  session.startTransaction();
  await engine.client.db('crash').collection('rows').insertOne({ n: 1 }, { session });
  await session.commitTransaction();
  await engine.kill9();
  await engine.restart();
  try {
    for (let tries = 1; ; tries += 1) {
      try {
        await answered(session.commitTransaction());
        return true;
      } catch (error) {
        if (error instanceof MongoServerError && error.code === 251) return false;
        if (!isLostConnection(error) || tries === 5) throw error;
      }
    }
  } finally {
    await session.endSession();
  }
}
