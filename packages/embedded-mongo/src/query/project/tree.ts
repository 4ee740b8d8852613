import type { Doc, Value } from '../../bson/types.js';
import { EngineError } from '../../errors.js';
import { bounded } from '../expression/bounded-value.js';
import { sliceArray } from '../expression/arrays.js';
import type { Expression, Variables } from '../expression/types.js';
import { isArray } from '../values.js';

/** What a projection does with one field. */
export type ProjectionNode =
  | { readonly kind: 'keep' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'slice'; readonly from: number; readonly count: number | undefined }
  | { readonly kind: 'computed'; readonly evaluate: Expression }
  | ProjectionTree;

/** What a projection does with the fields of a document. */
export interface ProjectionTree {
  readonly kind: 'tree';
  readonly fields: Map<string, ProjectionNode>;
  /** Whether there is a computed field in it, however deep. */
  computes: boolean;
}

/** A tree without fields. */
export function emptyTree(): ProjectionTree {
  return { kind: 'tree', fields: new Map(), computes: false };
}

/** The deepest path that may be named, as for MongoDB's documents. */
const deepestPath = 200;

/** Puts a node at a dotted path; EngineError where another one is at, above or below it. */
export function addNode(tree: ProjectionTree, path: string, node: ProjectionNode): void {
  const parts = path.split('.');
  if (parts.length > deepestPath) throw new EngineError('Overflow', 'FieldPath is too long');
  const last = parts.pop() as string;
  let at = tree;
  for (const [i, part] of parts.entries()) {
    if (node.kind === 'computed') at.computes = true;
    let next = at.fields.get(part);
    if (!next) {
      next = emptyTree();
      at.fields.set(part, next);
    }
    if (next.kind !== 'tree') {
      const rest = [...parts.slice(i + 1), last].join('.');
      throw new EngineError('Location31249', `Path collision at ${path} remaining portion ${rest}`);
    }
    at = next;
  }
  if (at.fields.has(last)) throw new EngineError('Location31250', `Path collision at ${path}`);
  if (node.kind === 'computed') at.computes = true;
  at.fields.set(last, node);
}

/** The fields that the tree names, in the document's order; computed ones are left out. */
export function includeFields(doc: Doc, { fields }: ProjectionTree): Doc {
  const kept: Doc = new Map();
  for (const [name, value] of doc) {
    const node = fields.get(name);
    if (!node || node.kind === 'computed' || node.kind === 'drop') continue;
    const projected = node.kind === 'tree' ? includeWithin(value, node) : keepOrSlice(value, node);
    if (projected !== undefined) kept.set(name, projected);
  }
  return kept;
}

/** Documents, in arrays too, with the fields named; scalars have none of them and vanish. */
function includeWithin(value: Value, tree: ProjectionTree): Value | undefined {
  if (value instanceof Map) return includeFields(value, tree);
  if (!isArray(value)) return undefined;
  const kept: Value[] = [];
  for (const element of value) {
    const projected = includeWithin(element, tree);
    if (projected !== undefined) kept.push(projected);
  }
  return kept;
}

/** All fields but those that the tree drops. */
export function excludeFields(doc: Doc, { fields }: ProjectionTree): Doc {
  const kept: Doc = new Map();
  for (const [name, value] of doc) {
    const node = fields.get(name);
    if (node?.kind === 'drop') continue;
    if (!node || node.kind === 'computed') kept.set(name, value);
    else kept.set(name, node.kind === 'tree' ? excludeWithin(value, node) : keepOrSlice(value, node));
  }
  return kept;
}

function excludeWithin(value: Value, tree: ProjectionTree): Value {
  if (value instanceof Map) return excludeFields(value, tree);
  return isArray(value) ? value.map((element) => excludeWithin(element, tree)) : value;
}

function keepOrSlice(value: Value, node: Extract<ProjectionNode, { kind: 'keep' | 'slice' }>): Value {
  return node.kind === 'slice' && isArray(value) ? sliceArray(value, node.from, node.count) : value;
}

/** Sets the tree's computed fields in a document that the caller owns; `root` is what the expressions see. */
export function computeFields(target: Doc, tree: ProjectionTree, root: Doc, vars: Variables): Doc {
  for (const [name, node] of tree.fields) {
    if (node.kind === 'computed') {
      const value = node.evaluate(root, vars);
      if (value === undefined) target.delete(name);
      else target.set(name, value);
    } else if (node.kind === 'tree' && node.computes) {
      target.set(name, computeWithin(target.get(name), node, root, vars));
    }
  }
  return bounded(target);
}

/** Computes in a document or in each element of an array; whatever else is there gives way to a new document. */
function computeWithin(value: Value | undefined, tree: ProjectionTree, root: Doc, vars: Variables): Value {
  if (isArray(value)) return value.map((element) => computeWithin(element, tree, root, vars));
  return computeFields(new Map<string, Value>(value instanceof Map ? value : []), tree, root, vars);
}
