import type { Doc, Value } from '../bson/types.js';
import { isArray } from './values.js';

/** A dotted field path, split into its components. */
export type Path = readonly string[];

/** A test of one value; `undefined` stands for a missing field. */
export type ValueTest = (value: Value | undefined) => boolean;

/** Splits `a.b.0` into its components. */
export function splitPath(dotted: string): Path {
  return dotted.includes('.') ? dotted.split('.') : [dotted];
}

/** The array position that a path component names, or `undefined` where it names none (`01` and `-1` don't). */
export function arrayIndex(part: string): number | undefined {
  // Nearly all components are field names, of which the first character tells.
  if (!(part.charCodeAt(0) <= 0x39)) return undefined;
  return /^(0|[1-9]\d{0,8})$/.test(part) ? Number(part) : undefined;
}

/**
 * Whether a value that a path ends at passes the test. With `expand`, an array passes by any element or as a whole;
 * without, only as a whole.
 */
export function testLeaf(value: Value | undefined, test: ValueTest, expand: boolean): boolean {
  if (test(value)) return true;
  if (!expand || !isArray(value)) return false;
  for (const element of value) if (test(element)) return true;
  return false;
}

/**
 * Whether any value that the path reaches in the document passes the test. Arrays on the way are searched by element
 * and by numeric component. A path that ends early reaches one missing value, except through an array whose elements
 * are no documents, where it reaches nothing. An element picked by its position is not expanded.
 */
export function testPath(doc: Doc, path: Path, test: ValueTest, expand: boolean): boolean {
  return walkDocument(doc, path, 0, test, expand);
}

function walkDocument(doc: Doc, path: Path, at: number, test: ValueTest, expand: boolean): boolean {
  const value = doc.get(path[at] as string);
  const next = at + 1;
  if (next === path.length) return testLeaf(value, test, expand);
  if (value instanceof Map) return walkDocument(value, path, next, test, expand);
  if (isArray(value)) return walkArray(value, path, next, test, expand);
  return test(undefined);
}

function walkArray(array: Value[], path: Path, at: number, test: ValueTest, expand: boolean): boolean {
  for (const element of array) {
    if (element instanceof Map && walkDocument(element, path, at, test, expand)) return true;
  }
  const index = arrayIndex(path[at] as string);
  if (index === undefined || index >= array.length) return false;
  const element = array[index] as Value;
  if (at + 1 === path.length) return test(element);
  if (element instanceof Map) return walkDocument(element, path, at + 1, test, expand);
  return isArray(element) && walkArray(element, path, at + 1, test, expand);
}
