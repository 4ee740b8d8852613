import { compareStrings } from '../bson/compare.js';
import { EngineError } from '../errors.js';
import { arrayIndex } from '../query/paths.js';
import type { Modifier } from './modifier.js';
import { filterIdentifier } from './update-path.js';

/** Modifiers below one place of the document, by path component. */
export interface UpdateTree {
  /**
   * What the components name: fields and positions (`$` the one that the query has found), or, under identifiers of
   * array filters, the elements that these let through (the empty one: all).
   */
  readonly kind: 'fields' | 'elements';
  readonly children: Map<string, UpdateNode>;
}

export type UpdateNode = UpdateTree | Modifier;

/** A tree without modifiers. */
export function emptyTree(kind: UpdateTree['kind'] = 'fields'): UpdateTree {
  return { kind, children: new Map() };
}

/** Adds a modifier at a path; EngineError ConflictingUpdateOperators where another one is at, above or below it. */
export function addModifier(tree: UpdateTree, parts: readonly string[], modifier: Modifier): void {
  const conflictAt = (depth: number): EngineError =>
    new EngineError(
      'ConflictingUpdateOperators',
      `Updating the path '${parts.join('.')}' would create a conflict at '${parts.slice(0, depth).join('.')}'`,
    );
  let at = tree;
  for (let i = 0; i < parts.length; i += 1) {
    const part = parts[i] as string;
    const identifier = filterIdentifier(part);
    if ((identifier === undefined) !== (at.kind === 'fields')) throw conflictAt(i);
    const name = identifier ?? part;
    const next = at.children.get(name);
    if (i === parts.length - 1) {
      if (next) throw conflictAt(i + 1);
      at.children.set(name, modifier);
    } else if (next) {
      if (!isTree(next)) throw conflictAt(i + 1);
      at = next;
    } else {
      const made = emptyTree(filterIdentifier(parts[i + 1] as string) === undefined ? 'fields' : 'elements');
      at.children.set(name, made);
      at = made;
    }
  }
}

/** Puts the children in the order in which MongoDB applies them: lexicographic, numbers by their size. */
export function sortTree(tree: UpdateTree): UpdateTree {
  if (isInOrder(tree)) return tree;
  const children: UpdateTree['children'] = new Map();
  for (const name of [...tree.children.keys()].sort(compareComponents)) {
    const child = tree.children.get(name) as UpdateNode;
    children.set(name, isTree(child) ? sortTree(child) : child);
  }
  return { kind: tree.kind, children };
}

function isInOrder({ children }: UpdateTree): boolean {
  let last: string | undefined;
  for (const [name, child] of children) {
    if (last !== undefined && compareComponents(last, name) > 0) return false;
    if (isTree(child) && !isInOrder(child)) return false;
    last = name;
  }
  return true;
}

function compareComponents(a: string, b: string): number {
  const left = arrayIndex(a);
  const right = left === undefined ? undefined : arrayIndex(b);
  return left !== undefined && right !== undefined ? left - right : compareStrings(a, b);
}

/** Both nodes in one; EngineError ConflictingUpdateOperators where they change the same. `path` is for the message. */
export function mergeNodes(a: UpdateNode, b: UpdateNode, path: string): UpdateNode {
  if (!isTree(a) || !isTree(b) || a.kind !== b.kind) {
    throw new EngineError('ConflictingUpdateOperators', `Update created a conflict at '${path}'`);
  }
  const children = new Map(a.children);
  for (const [name, node] of b.children) {
    const other = children.get(name);
    children.set(name, other ? mergeNodes(other, node, `${path}.${name}`) : node);
  }
  return sortTree({ kind: a.kind, children });
}

export function isTree(node: UpdateNode): node is UpdateTree {
  return 'children' in node;
}
