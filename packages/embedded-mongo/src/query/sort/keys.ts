import { Undefined, type Doc, type Value } from '../../bson/types.js';
import { EngineError } from '../../errors.js';
import { arrayIndex, splitPath, type Path } from '../paths.js';
import { isArray } from '../values.js';

/** How far one path has been followed: to a value (`undefined` is missing) with the components from `at` left. */
interface Reached {
  readonly value: Value | undefined;
  readonly path: Path;
  readonly at: number;
  /** The value is a key as it stands, even if it is an array. */
  readonly final: boolean;
}

/**
 * Compiles the extraction of a document's keys under compound paths: one tuple for each element of the array that the
 * paths go through, else one only. A missing field is null, an empty array at a path's end is BSON's undefined.
 * @throws EngineError BadValue, from the compiled function, where two paths meet different arrays.
 */
export function compileKeys(paths: readonly string[]): (doc: Doc) => Value[][] {
  const split = paths.map(splitPath);
  return (doc) => {
    const ends = split.map((path) => follow(doc, path, 0));
    const tuples: Value[][] = [];
    expand(ends, tuples);
    return tuples;
  };
}

/** Follows a path through documents, and through arrays by position, until it ends or an array is to be expanded. */
function follow(start: Value, path: Path, from: number): Reached {
  let value: Value | undefined = start;
  let at = from;
  for (; at < path.length; at++) {
    const part = path[at] as string;
    if (value instanceof Map) value = value.get(part);
    else if (!isArray(value)) return { value: undefined, path, at: path.length, final: true };
    else {
      const index = arrayIndex(part);
      if (index === undefined || namesField(value, part)) break;
      value = value[index];
    }
  }
  return { value, path, at, final: !isArray(value) };
}

/** Whether an array's documents have the component as a field's name, which then counts before the position. */
function namesField(array: readonly Value[], part: string): boolean {
  return array.some((element) => element instanceof Map && element.has(part));
}

function tupleOf(ends: readonly Reached[]): Value[] {
  return ends.map(({ value }) => value ?? null);
}

/** Expands the one array that the paths have met, element by element. */
function expand(ends: readonly Reached[], tuples: Value[][]): void {
  const met = ends.find((end) => !end.final);
  if (!met) {
    tuples.push(tupleOf(ends));
    return;
  }
  const other = ends.find((end) => !end.final && end.value !== met.value);
  if (other) {
    const both = `[${other.path.join('.')}] [${met.path.join('.')}]`;
    throw new EngineError('BadValue', `cannot sort with keys that are parallel arrays: ${both}`);
  }
  const array = met.value as Value[];
  const elements = array.length > 0 ? array : [undefined];
  for (const element of elements) {
    expand(
      ends.map((end) => (end.final ? end : enter(end, element))),
      tuples,
    );
  }
}

/** A path that has met an array, in one of its elements; `undefined` where the array is empty. */
function enter({ path, at }: Reached, element: Value | undefined): Reached {
  const ends = at === path.length;
  if (!ends && element instanceof Map) return follow(element, path, at);
  const value = ends ? (element === undefined ? Undefined.instance : element) : undefined;
  return { value, path, at: path.length, final: true };
}
