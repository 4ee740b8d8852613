import { compileFilter } from '../../src/query/match/match.js';
import { describe } from '../../src/query/values.js';
import { doc, type Plain } from './notation.js';

export type MatchCase = [filter: Record<string, Plain>, stored: Record<string, Plain>, matches: boolean];

/** Demands that each filter matches its document, or doesn't, as the case says. */
export function check(cases: readonly MatchCase[]): void {
  for (const [filter, stored, expected] of cases) {
    const actual = compileFilter(doc(filter)).matches(doc(stored));
    if (actual !== expected) {
      throw new Error(`${describe(doc(filter))} on ${describe(doc(stored))} gave ${String(actual)}`);
    }
  }
}
