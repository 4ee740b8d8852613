import type { Doc, Value } from '../../bson/types.js';
import type { Collation } from '../collation.js';
import type { Condition } from './condition.js';
import { compileFieldCondition } from './match.js';
import { arrayIndex, splitPath, testPath, type Path } from '../paths.js';
import { isArray } from '../values.js';

/** Finds the position that the positional operator `$` stands for in a document that satisfies the query. */
export type Position = (doc: Doc) => number | undefined;

type Test = Extract<Condition, { kind: 'test' }>;

/**
 * The search for the array position that a query finds: of the outermost array on the path of the last condition that
 * goes by elements. Negations and alternatives find none, as in MongoDB.
 * @param collation - how the query compares strings.
 */
export function positionOf(filter: Doc, collation?: Collation): Position {
  let find: Position | undefined;
  // Hardly any command asks for the position.
  return (doc) => (find ??= compilePosition(filter, collation))(doc);
}

function compilePosition(filter: Doc, collation: Collation | undefined): Position {
  const finders: Position[] = [];
  for (const [name, argument] of filter) {
    if (name === '$and') {
      for (const branch of argument as Doc[]) finders.push(compilePosition(branch, collation));
    } else if (!name.startsWith('$')) {
      const path = splitPath(name);
      for (const test of positiveTests(compileFieldCondition(name, argument, collation))) {
        finders.push((doc) => findFrom(doc, path, 0, test));
      }
    }
  }
  return (doc) => finders.reduce<number | undefined>((found, find) => find(doc) ?? found, undefined);
}

function positiveTests(condition: Condition): Test[] {
  if (condition.kind === 'test') return [condition];
  return condition.kind === 'all' ? condition.parts.flatMap(positiveTests) : [];
}

function findFrom(doc: Doc, path: Path, at: number, test: Test): number | undefined {
  const value = doc.get(path[at] as string);
  if (value instanceof Map) return at + 1 < path.length ? findFrom(value, path, at + 1, test) : undefined;
  if (!isArray(value)) return undefined;
  return at + 1 === path.length ? findElement(value, test) : findBelow(value, path.slice(at + 1), test);
}

function findElement(array: Value[], { test, expand, element }: Test): number | undefined {
  const passes = element && test(array) ? element : expand ? test : undefined;
  return passes && firstWhere(array, passes);
}

/** The path goes on within the elements, or names one of them by its position. */
function findBelow(array: Value[], path: Path, { test, expand }: Test): number | undefined {
  const found = firstWhere(array, (item) => item instanceof Map && testPath(item, path, test, expand));
  const index = arrayIndex(path[0] as string);
  if (found !== undefined || index === undefined || index >= array.length) return found;
  return testPath(new Map([['', array]]), ['', ...path], test, expand) ? index : undefined;
}

function firstWhere(array: Value[], passes: (item: Value) => boolean): number | undefined {
  const index = array.findIndex(passes);
  return index < 0 ? undefined : index;
}
