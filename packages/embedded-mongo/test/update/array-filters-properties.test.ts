import { Int32 } from 'bson';
import fc from 'fast-check';
import type { Doc, Value } from '../../src/bson/types.js';
import { EngineError } from '../../src/errors.js';
import { compileUpdate } from '../../src/update/update.js';
import { doc, expectIdentical } from '../query/notation.js';
import { naiveUpdate, Refused, type Step } from './naive-update.js';

/** What the array filters say, and how the model sees it. */
const filters: Readonly<Record<string, { filter: Doc; holds(element: Value): boolean }>> = {
  x: { filter: doc({ x: { $gte: 1 } }), holds: (element) => element instanceof Int32 && element.value >= 1 },
  y: { filter: doc({ y: { $in: ['x', null] } }), holds: (element) => element === 'x' || element === null },
  z: { filter: doc({ 'z.a': 1 }), holds: (element) => isDoc(element) && isOne(element.get('a')) },
};

const isDoc = (value: Value): value is Doc => value instanceof Map;
const isOne = (value: Value | undefined): boolean =>
  Array.isArray(value) ? value.some(isOne) : value instanceof Int32 && value.value === 1;

const int = fc.integer({ min: -1, max: 2 }).map((number) => new Int32(number));
const small = fc.letrec<{ element: Value; doc: Doc; list: Value[] }>((tie) => ({
  // No array within an array: there the filters would look into it.
  element: fc.oneof(int, fc.constantFrom<Value>('x', null), tie('doc')),
  doc: fc
    .array(fc.tuple(fc.constantFrom('a', 'b'), fc.oneof(int, tie('list'))), { maxLength: 2 })
    .map((fields) => new Map(fields)),
  list: fc.array(tie('element'), { maxLength: 4 }),
}));

const wild = fc.constantFrom('$[]', '$[x]', '$[y]', '$[z]');
const field = fc.constantFrom('a', 'b');
const path = fc.oneof(
  fc.tuple(field, wild),
  fc.tuple(field, wild, field),
  fc.tuple(field, wild, field, wild),
  fc.tuple(field),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ operator: fc.constantFrom('$set', '$unset', '$min'), path, argument: int }),
  fc.record({ operator: fc.constantFrom('$inc', '$mul'), path, argument: int }),
);

const identifierOf = (part: string): string | undefined => /^\$\[(.*)\]$/.exec(part)?.[1];

/** Writes out a path with `$[…]` as the positions that it stands for in the document. */
function expand(value: Value | undefined, [part, ...rest]: readonly string[]): string[][] {
  if (part === undefined) return [[]];
  const identifier = identifierOf(part);
  if (identifier === undefined) {
    const inner = value instanceof Map ? value.get(part) : undefined;
    return expand(inner, rest).map((tail) => [part, ...tail]);
  }
  if (!Array.isArray(value)) throw new Refused();
  return value.flatMap((element, i) => {
    if (identifier !== '' && filters[identifier]?.holds(element) !== true) return [];
    return expand(element, rest).map((tail) => [String(i), ...tail]);
  });
}

/**
 * The places that a path takes up: those that it stands for and, where it lets no element through, how it goes on from
 * there. MongoDB puts together what changes an element before it looks any deeper.
 */
function occupied(value: Value | undefined, [part, ...rest]: readonly string[]): string[][] {
  if (part === undefined) return [[]];
  if (identifierOf(part) === undefined) {
    const inner = value instanceof Map ? value.get(part) : undefined;
    return occupied(inner, rest).map((tail) => [part, ...tail]);
  }
  const elements = expand(value, [part]);
  if (elements.length === 0) return [[part, ...rest]];
  return elements.flatMap(([at = '']) =>
    occupied((value as Value[])[Number(at)], rest).map((tail) => [at, ...tail]),
  );
}

const overlap = (a: readonly string[], b: readonly string[]): boolean =>
  a.slice(0, b.length).join() === b.slice(0, a.length).join();

/** Whether two paths name the same, or one of them elements where the other names fields. */
function conflict(a: readonly string[], b: readonly string[]): boolean {
  const at = a.findIndex((part, i) => part !== b[i]);
  if (at < 0 || at >= b.length) return true;
  return (identifierOf(a[at] as string) === undefined) !== (identifierOf(b[at] as string) === undefined);
}

function pairs<T>(items: readonly T[], test: (a: T, b: T) => boolean): boolean {
  return items.some((a, i) => items.slice(i + 1).some((b) => test(a, b)));
}

function modelled(stored: Doc, steps: readonly Step[]): Doc | 'refused' {
  try {
    const places = steps.flatMap(({ path: parts }) => occupied(stored, parts));
    if (pairs(places, overlap)) return 'refused';
    const expanded = steps.flatMap((each) =>
      expand(stored, each.path).map((found) => ({ ...each, path: found })),
    );
    return naiveUpdate(stored, expanded);
  } catch (error) {
    if (error instanceof Refused) return 'refused';
    throw error;
  }
}

function applied(stored: Doc, steps: readonly Step[]): Doc | 'refused' {
  const update: Doc = new Map();
  for (const { operator, path: parts, argument } of steps) {
    const paths = (update.get(operator) as Doc | undefined) ?? new Map<string, Value>();
    update.set(operator, paths.set(parts.join('.'), argument));
  }
  const used = new Set(steps.flatMap((each) => each.path.map(identifierOf)));
  const arrayFilters = Object.entries(filters).flatMap(([name, { filter }]) =>
    used.has(name) ? [filter] : [],
  );
  const compiled = compileUpdate(update, { arrayFilters });
  try {
    return compiled.apply(stored);
  } catch (error) {
    if (error instanceof EngineError) return 'refused';
    throw error;
  }
}

it('array filters agree with a model that writes their paths out', () => {
  let compared = 0;
  const fields = fc.record({ a: small.list, b: fc.oneof(small.list, int) });
  fc.assert(
    fc.property(fields, fc.array(step, { minLength: 1, maxLength: 3 }), (stored, steps) => {
      fc.pre(!pairs(steps, (a, b) => conflict(a.path, b.path)));
      const before = new Map(Object.entries(stored));
      const actual = applied(before, steps);
      const expected = modelled(before, steps);
      if (actual === 'refused' || expected === 'refused') expect(actual).toBe(expected);
      else {
        compared += 1;
        expectIdentical(actual, expected);
      }
      expectIdentical(before, new Map(Object.entries(stored)));
    }),
    { numRuns: 1500 },
  );
  expect(compared).toBeGreaterThan(150);
});
