import { anomaliesOf } from './anomalies.js';
import { runBank } from './bank.js';
import { runLists } from './lists.js';
import type { TestEngine } from '../kit.js';

/** What some rounds of load have shown. */
export interface Findings {
  readonly committed: number;
  readonly givenUp: number;
  /** What went against snapshot isolation; empty where nothing did. */
  readonly faults: readonly string[];
}

/** How much load to put on: transactions and plain writes of both kinds are `rounds * clients * each * 2`. */
export interface Load {
  readonly rounds: number;
  readonly clients: number;
  readonly each: number;
}

/** Puts load on an engine, round by round, until it is over or a fault is found. */
export async function inspect({ client }: TestEngine, load: Load): Promise<Findings> {
  const faults: string[] = [];
  let committed = 0;
  let givenUp = 0;
  for (let round = 0; round < load.rounds && faults.length === 0; round += 1) {
    try {
      const history = await runLists(client, { ...load, round, keys: 4 });
      faults.push(...anomaliesOf(history));
      const done = history.executions.filter((execution) => execution.committed).length;
      committed += done;
      givenUp += history.executions.length - done;
      const books = await runBank(client, { ...load, round, accounts: 5 });
      committed += books.committed;
      givenUp += books.givenUp;
      for (const fault of ['wrongSums', 'wrongBalances', 'lostTouches', 'wrongReceipts'] as const) {
        if (books[fault] !== 0) faults.push(`${fault}: ${String(books[fault])}`);
      }
    } catch (error) {
      faults.push(`error: ${String(error)}`);
    }
  }
  return { committed, givenUp, faults };
}
