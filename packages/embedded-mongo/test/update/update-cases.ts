import { compileUpdate } from '../../src/update/update.js';
import { doc, expectIdentical, type Plain } from '../query/notation.js';

export type PlainDoc = Record<string, Plain>;

/** Demands that each update makes `after` of `before`, which itself stays as it is. */
export function changes(cases: readonly [update: PlainDoc, before: PlainDoc, after: PlainDoc][]): void {
  for (const [update, before, after] of cases) {
    const stored = doc(before);
    expectIdentical(compileUpdate(doc(update)).apply(stored), doc(after), update);
    expectIdentical(stored, doc(before), update);
  }
}

/** Demands that each update gives the very same document back. */
export function leaves(cases: readonly [update: PlainDoc, stored: PlainDoc][]): void {
  for (const [update, before] of cases) {
    const stored = doc(before);
    expect(compileUpdate(doc(update)).apply(stored)).toBe(stored);
  }
}
