import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { arrayIndex } from '../query/paths.js';
import { describe, isArray } from '../query/values.js';
import type { UpdateContext } from './modifier.js';
import { isTree, mergeNodes, sortTree, type UpdateNode, type UpdateTree } from './tree.js';

/** How many nulls a position beyond an array's end may put before it, as in MongoDB. */
const widestGap = 1_500_000;

/** Applies the modifiers to a document; the same document where nothing changes. */
export function applyToDocument(doc: Doc, tree: UpdateTree, context: UpdateContext, path = ''): Doc {
  let result = doc;
  for (const [name, child] of positioned(tree, context, path)) {
    const current = result.get(name);
    const next = applyToField(current, child, name, context, below(path, name));
    if (next === current) continue;
    if (result === doc) result = new Map(doc);
    if (next === undefined) result.delete(name);
    else result.set(name, next);
  }
  return result;
}

/** The tree's children, with the position that the query has found in place of `$`. */
function positioned(tree: UpdateTree, context: UpdateContext, path: string): UpdateTree['children'] {
  const node = tree.children.get('$');
  if (!node) return tree.children;
  const children = new Map(tree.children);
  children.delete('$');
  const position = String(context.position());
  const other = children.get(position);
  children.set(position, other ? mergeNodes(other, node, below(path, position)) : node);
  return sortTree({ kind: 'fields', children }).children;
}

function below(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function applyToField(
  current: Value | undefined,
  node: UpdateNode,
  name: string,
  context: UpdateContext,
  path: string,
): Value | undefined {
  if (!isTree(node)) return current === undefined && !node.creates ? undefined : node.apply(current, context);
  if (node.kind === 'elements') return applyToElements(current, node, name, context, path);
  if (current instanceof Map) return applyToDocument(current, node, context, path);
  if (isArray(current)) return applyToArray(current, node, name, context, path);
  const made = applyToDocument(new Map(), node, context, path);
  if (made.size === 0) return current;
  if (current !== undefined) throw notViable(String([...made.keys()][0]), name, current);
  return made;
}

function applyToArray(
  array: Value[],
  tree: UpdateTree,
  name: string,
  context: UpdateContext,
  path: string,
): Value[] {
  let result = array;
  for (const [part, child] of positioned(tree, context, path)) {
    const index = arrayIndex(part);
    const current = index === undefined ? undefined : result[index];
    const next = elementAfter(current, child, part, context, below(path, part));
    if (next === undefined || next === current) continue;
    if (index === undefined) throw notViable(part, name, array);
    if (result === array) result = [...array];
    pad(result, index);
    result[index] = next;
  }
  return result;
}

/** An element cannot be taken out by its position: null takes its place. */
function elementAfter(
  current: Value | undefined,
  node: UpdateNode,
  part: string,
  context: UpdateContext,
  path: string,
): Value | undefined {
  const changed = applyToField(current, node, part, context, path);
  return changed === undefined && current !== undefined ? null : changed;
}

/** Applies to each element the modifiers of all array filters that let it through. */
function applyToElements(
  array: Value | undefined,
  { children }: UpdateTree,
  name: string,
  context: UpdateContext,
  path: string,
): Value[] {
  if (array === undefined) {
    throw new EngineError(
      'BadValue',
      `The path '${path}' must exist in the document in order to apply array updates.`,
    );
  }
  if (!isArray(array)) {
    throw new EngineError(
      'BadValue',
      `Cannot apply array updates to non-array element ${name}: ${describe(array)}`,
    );
  }
  const merged = new Map<string, UpdateNode>();
  let result = array;
  for (const [index, current] of array.entries()) {
    const identifiers = [...children.keys()].filter((id) => context.letsThrough(id, current));
    if (identifiers.length === 0) continue;
    const part = String(index);
    const key = identifiers.join();
    const node = merged.get(key) ?? mergedChildren(children, identifiers, below(path, part));
    merged.set(key, node);
    const next = elementAfter(current, node, part, context, below(path, part));
    if (next === undefined || next === current) continue;
    if (result === array) result = [...array];
    result[index] = next;
  }
  return result;
}

function mergedChildren(
  children: UpdateTree['children'],
  identifiers: readonly string[],
  path: string,
): UpdateNode {
  return identifiers
    .map((identifier) => children.get(identifier) as UpdateNode)
    .reduce((a, b) => mergeNodes(a, b, path));
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
