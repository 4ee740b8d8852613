import { anomaliesOf } from './anomalies.js';
import type { Execution, Step } from './history.js';

const append = (key: number, value: number): Step => ({ kind: 'append', key, value });
const read = (key: number, ...list: number[]): Step => ({ kind: 'read', key, list });

/** A transaction that lasts from `from` to `to` and commits; `to` left out: given up. */
function transaction(from: number, to: number | undefined, ...steps: Step[]): Execution {
  const first = { sent: from, answered: from + 0.5 };
  const last = { sent: (to ?? from + 1) - 0.5, answered: to ?? from + 1 };
  return { plain: false, steps, first, last, committed: to !== undefined };
}

function plain(from: number, to: number, step: Step): Execution {
  const first = { sent: from, answered: to };
  return { plain: true, steps: [step], first, last: first, committed: true };
}

function anomalies(final: Record<number, number[]>, ...executions: Execution[]): string[] {
  const lists = Object.entries(final).map(([key, list]) => [Number(key), list] as const);
  return [...anomaliesOf({ executions, final: new Map(lists) })];
}

describe('the checker', () => {
  it('finds nothing wrong in what happened one after the other', () => {
    const history = [
      transaction(0, 2, read(1), append(1, 10)),
      plain(3, 4, append(1, 11)),
      transaction(5, 7, read(1, 10, 11), append(1, 12), read(1, 10, 11, 12)),
      plain(8, 9, read(1, 10, 11, 12)),
    ];
    expect(anomalies({ 1: [10, 11, 12] }, ...history)).toEqual([]);
  });

  it('allows write skew, as snapshot isolation does', () => {
    const one = transaction(0, 5, read(1), read(2), append(1, 10));
    const other = transaction(0, 5, read(1), read(2), append(2, 20));
    expect(anomalies({ 1: [10], 2: [20] }, one, other)).toEqual([]);
  });

  it('finds a value that has gone, in the end or over another', () => {
    expect(anomalies({ 1: [] }, transaction(0, 2, append(1, 10)))).toEqual(['lost update']);
    const [one, other] = [
      transaction(0, 5, read(1), append(1, 10)),
      transaction(0, 5, read(1), append(1, 11)),
    ];
    expect(anomalies({ 1: [11] }, one, other)).toEqual(['lost update']);
    expect(anomalies({ 1: [10, 11] }, one, other)).toEqual(['no commit order']);
  });

  it('finds what was given up, stored or read', () => {
    const given = transaction(0, undefined, append(1, 10));
    expect(anomalies({ 1: [10] }, given)).toEqual(['aborted write']);
    expect(anomalies({ 1: [] }, given, plain(1, 2, read(1, 10)))).toContain('aborted read');
  });

  it('finds a read between two writes of one transaction', () => {
    const writer = transaction(0, 5, append(1, 10), append(1, 11));
    expect(anomalies({ 1: [10, 11] }, writer, plain(1, 2, read(1, 10)))).toEqual(['intermediate read']);
  });

  it('finds reads that change, or that miss own writes', () => {
    const writer = plain(1, 2, append(1, 10));
    expect(anomalies({ 1: [10] }, writer, transaction(0, 5, read(1), read(1, 10)))).toContain(
      'non-repeatable read',
    );
    expect(anomalies({ 1: [10] }, transaction(0, 5, append(1, 10), read(1)))).toContain('own write unseen');
  });

  it('finds reads from two moments', () => {
    const writer = transaction(0, 5, append(1, 10), append(2, 20));
    expect(anomalies({ 1: [10], 2: [20] }, writer, transaction(0, 5, read(1, 10), read(2)))).toEqual([
      'no commit order',
    ]);
    const [one, other] = [plain(0, 9, append(1, 10)), plain(0, 9, append(2, 20))];
    const readers = [transaction(0, 9, read(1, 10), read(2)), transaction(0, 9, read(1), read(2, 20))];
    expect(anomalies({ 1: [10], 2: [20] }, one, other, ...readers)).toEqual(['no commit order']);
  });

  it('finds a read of before what was answered already', () => {
    const history = [plain(0, 1, append(1, 10)), plain(2, 3, read(1))];
    expect(anomalies({ 1: [10] }, ...history)).toEqual(['no commit order']);
    const overlapping = [plain(0, 2, append(1, 10)), plain(1, 3, read(1))];
    expect(anomalies({ 1: [10] }, ...overlapping)).toEqual([]);
  });
});
