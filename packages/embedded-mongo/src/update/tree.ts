import { compareStrings } from '../bson/compare.js';
import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { arrayIndex } from '../query/paths.js';
import { describe, isArray } from '../query/values.js';
import type { Modifier, UpdateContext } from './modifier.js';

/** All of an update's modifiers, by path component. */
export interface UpdateTree {
  readonly children: Map<string, UpdateTree | Modifier>;
}

/** How many nulls a position beyond an array's end may put before it, as in MongoDB. */
const widestGap = 1_500_000;

/** Adds a modifier at a path; EngineError ConflictingUpdateOperators where another one is at, above or below it. */
export function addModifier(tree: UpdateTree, parts: readonly string[], modifier: Modifier): void {
  const path = parts.join('.');
  let at = tree;
  for (const part of parts.slice(0, -1)) {
    let next = at.children.get(part);
    if (!next) {
      next = { children: new Map() };
      at.children.set(part, next);
    }
    if (!isTree(next)) throw conflict(path, parts, part);
    at = next;
  }
  const last = parts.at(-1) as string;
  if (at.children.has(last)) throw conflict(path, parts, last);
  at.children.set(last, modifier);
}

function conflict(path: string, parts: readonly string[], part: string): EngineError {
  const where = parts.slice(0, parts.indexOf(part) + 1).join('.');
  return new EngineError(
    'ConflictingUpdateOperators',
    `Updating the path '${path}' would create a conflict at '${where}'`,
  );
}

/** Puts the children in the order in which MongoDB applies them: lexicographic, numbers by their size. */
export function sortTree(tree: UpdateTree): UpdateTree {
  const sorted = [...tree.children].sort(([a], [b]) => compareComponents(a, b));
  return {
    children: new Map(sorted.map(([name, child]) => [name, isTree(child) ? sortTree(child) : child])),
  };
}

function compareComponents(a: string, b: string): number {
  const left = arrayIndex(a);
  const right = arrayIndex(b);
  return left !== undefined && right !== undefined ? left - right : compareStrings(a, b);
}

function isTree(node: UpdateTree | Modifier): node is UpdateTree {
  return 'children' in node;
}

/** Applies the modifiers to a document; the same document where nothing changes. */
export function applyToDocument(doc: Doc, tree: UpdateTree, context: UpdateContext): Doc {
  let result = doc;
  for (const [name, child] of tree.children) {
    const current = result.get(name);
    const next = applyToField(current, child, name, context);
    if (next === current) continue;
    if (result === doc) result = new Map(doc);
    if (next === undefined) result.delete(name);
    else result.set(name, next);
  }
  return result;
}

function applyToField(
  current: Value | undefined,
  node: UpdateTree | Modifier,
  name: string,
  context: UpdateContext,
): Value | undefined {
  if (!isTree(node)) return current === undefined && !node.creates ? undefined : node.apply(current, context);
  if (current instanceof Map) return applyToDocument(current, node, context);
  if (isArray(current)) return applyToArray(current, node, name, context);
  const made = applyToDocument(new Map(), node, context);
  if (made.size === 0) return current;
  if (current !== undefined) throw notViable(String([...node.children.keys()][0]), name, current);
  return made;
}

function applyToArray(array: Value[], tree: UpdateTree, name: string, context: UpdateContext): Value[] {
  let result = array;
  for (const [part, child] of tree.children) {
    const index = arrayIndex(part);
    const current = index === undefined ? undefined : result[index];
    const changed = applyToField(current, child, part, context);
    // An element cannot be taken out by its position: null takes its place.
    const next = changed === undefined && current !== undefined ? null : changed;
    if (next === undefined || next === current) continue;
    if (index === undefined) throw notViable(part, name, array);
    if (result === array) result = [...array];
    pad(result, index);
    result[index] = next;
  }
  return result;
}

function pad(array: Value[], length: number): void {
  if (length - array.length > widestGap) {
    throw new EngineError('CannotBackfillArray', `can't backfill more than ${widestGap} elements`);
  }
  while (array.length < length) array.push(null);
}

function notViable(part: string, name: string, value: Value): EngineError {
  return new EngineError(
    'PathNotViable',
    `Cannot create field '${part}' in element {${name}: ${describe(value)}}`,
  );
}
