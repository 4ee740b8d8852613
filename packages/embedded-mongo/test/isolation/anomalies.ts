import type { Execution, History } from './history.js';
import { hasCommitOrder, writersOf } from './order.js';

export type Anomaly =
  | 'lost update'
  | 'aborted write'
  | 'aborted read'
  | 'dirty read'
  | 'intermediate read'
  | 'non-repeatable read'
  | 'own write unseen'
  | 'no commit order';

/** What in a history snapshot isolation does not allow; empty where all is well. */
export function anomaliesOf(history: History): Set<Anomaly> {
  const found = new Set<Anomaly>();
  const writers = writersOf(history.executions);
  for (const anomaly of inFinalLists(history, writers)) found.add(anomaly);
  for (const execution of history.executions) {
    for (const anomaly of inReads(history, writers, execution)) found.add(anomaly);
  }
  // Reads of what never was have no place in an order.
  if (found.size === 0 && !hasCommitOrder(history)) found.add('no commit order');
  return found;
}

function* inFinalLists(
  { executions, final }: History,
  writers: ReadonlyMap<number, number>,
): Generator<Anomaly> {
  for (const list of final.values()) {
    if (new Set(list).size < list.length) yield 'aborted write';
    if (list.some((value) => executions[writers.get(value)!]?.committed !== true)) yield 'aborted write';
  }
  for (const { committed, steps } of executions) {
    if (!committed) continue;
    for (const step of steps) {
      if (step.kind === 'append' && final.get(step.key)?.includes(step.value) !== true) yield 'lost update';
    }
  }
}

function* inReads(
  { executions, final }: History,
  writers: ReadonlyMap<number, number>,
  { steps }: Execution,
): Generator<Anomaly> {
  const own = new Map<number, number[]>();
  const read = new Map<number, string>();
  for (const step of steps) {
    const mine = own.get(step.key) ?? [];
    if (step.kind === 'append') {
      own.set(step.key, [...mine, step.value]);
      continue;
    }
    const foreign = step.list.slice(0, step.list.length - mine.length);
    if (step.list.slice(foreign.length).join() !== mine.join()) yield 'own write unseen';
    const before = read.get(step.key);
    if (before !== undefined && before !== foreign.join()) yield 'non-repeatable read';
    read.set(step.key, foreign.join());
    if (foreign.some((value) => executions[writers.get(value)!]?.committed !== true)) yield 'aborted read';
    const known = final.get(step.key) ?? [];
    if (foreign.some((value, at) => known[at] !== value)) yield 'dirty read';
    const [last, next] = [foreign.at(-1), known[foreign.length]];
    if (last !== undefined && next !== undefined && writers.get(last) === writers.get(next))
      yield 'intermediate read';
  }
}
