import type { Execution, History, Step } from './history.js';

/**
 * The moments of a history as a graph: an edge says that one was before the other. Each transaction has the moment of
 * its snapshot and that of its commit. Where no moment is before itself, an order of commits and snapshots exists
 * that explains everything that was read.
 */
class Moments {
  private readonly after: number[][];
  private readonly before: number[];

  constructor(private readonly executions: readonly Execution[]) {
    this.after = Array.from({ length: 2 * executions.length }, () => []);
    this.before = this.after.map(() => 0);
  }

  snapshotOf(execution: number): number {
    return 2 * execution;
  }

  commitOf(execution: number): number {
    // A plain write has one moment.
    return this.executions[execution]?.plain === true ? 2 * execution : 2 * execution + 1;
  }

  add(): number {
    this.before.push(0);
    return this.after.push([]) - 1;
  }

  edge(earlier: number, later: number): void {
    if (earlier === later) return;
    this.after[earlier]!.push(later);
    this.before[later]! += 1;
  }

  /** How many moments are in circles or behind them. */
  unordered(): number {
    const free = [...this.before.keys()].filter((moment) => this.before[moment] === 0);
    let ordered = 0;
    for (let moment = free.pop(); moment !== undefined; moment = free.pop()) {
      ordered += 1;
      for (const later of this.after[moment]!) {
        this.before[later]! -= 1;
        if (this.before[later] === 0) free.push(later);
      }
    }
    return this.before.length - ordered;
  }
}

/**
 * Whether one order of commits explains the history: every transaction reads from one point of it, of two that write
 * the same list one began after the other's commit, and what was answered before something was asked for came first.
 */
export function hasCommitOrder(history: History): boolean {
  const moments = new Moments(history.executions);
  const writers = writersOf(history.executions);
  for (const [at, execution] of history.executions.entries()) {
    if (execution.committed) moments.edge(moments.snapshotOf(at), moments.commitOf(at));
    orderReads(moments, history, writers, execution, at);
  }
  for (const list of history.final.values()) {
    for (let at = 1; at < list.length; at += 1) {
      const [one, next] = [writers.get(list[at - 1]!)!, writers.get(list[at]!)!];
      if (one !== next) moments.edge(moments.commitOf(one), moments.snapshotOf(next));
    }
  }
  orderByClock(moments, history.executions);
  return moments.unordered() === 0;
}

/** Which execution appended each value. */
export function writersOf(executions: readonly Execution[]): Map<number, number> {
  const writers = new Map<number, number>();
  for (const [at, { steps }] of executions.entries()) {
    for (const step of steps) if (step.kind === 'append') writers.set(step.value, at);
  }
  return writers;
}

/** Every read is behind the commit of the last value it shows, and before that of the first it does not show. */
function orderReads(
  moments: Moments,
  { final }: History,
  writers: ReadonlyMap<number, number>,
  { steps }: Execution,
  at: number,
): void {
  const isRead = (step: Step): step is Extract<Step, { kind: 'read' }> => step.kind === 'read';
  for (const { key, list } of steps.filter(isRead)) {
    const foreign = list.filter((value) => writers.get(value) !== at).length;
    const known = final.get(key) ?? [];
    const [shown, hidden] = [writers.get(known[foreign - 1]!), writers.get(known[foreign]!)];
    if (shown !== undefined) moments.edge(moments.commitOf(shown), moments.snapshotOf(at));
    if (hidden !== undefined && hidden !== at) moments.edge(moments.snapshotOf(at), moments.commitOf(hidden));
  }
}

function orderByClock(moments: Moments, executions: readonly Execution[]): void {
  const intervals = executions.flatMap((execution, at) => [
    { ...execution.first, moment: moments.snapshotOf(at) },
    ...(execution.committed ? [{ ...execution.last, moment: moments.commitOf(at) }] : []),
  ]);
  const answers = intervals
    .filter(({ moment }, at) => !isPlainStart(executions, moment, intervals, at))
    .sort((a, b) => a.answered - b.answered)
    .map(({ answered, moment }) => ({ answered, moment, tick: moments.add() }));
  for (const [at, { moment, tick }] of answers.entries()) {
    moments.edge(moment, tick);
    const next = answers[at + 1];
    if (next) moments.edge(tick, next.tick);
  }
  const asked = [...intervals].sort((a, b) => a.sent - b.sent);
  let passed = 0;
  for (const { sent, moment } of asked) {
    while (passed < answers.length && answers[passed]!.answered < sent) passed += 1;
    const earlier = answers[passed - 1];
    if (earlier) moments.edge(earlier.tick, moment);
  }
}

/** A plain write has one interval for both of its moments, which are one: it counts once. */
function isPlainStart(
  executions: readonly Execution[],
  moment: number,
  intervals: readonly { readonly moment: number }[],
  at: number,
): boolean {
  return executions[moment >> 1]?.plain === true && intervals[at + 1]?.moment === moment;
}
