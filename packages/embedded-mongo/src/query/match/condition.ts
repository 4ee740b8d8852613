import type { Doc, Value } from '../../bson/types.js';
import { splitPath, testLeaf, testPath, type ValueTest } from '../paths.js';

/** What the operators on one field ask: a test of values, all of several conditions, or the contrary of all. */
export type Condition =
  | {
      readonly kind: 'test';
      readonly test: ValueTest;
      readonly expand: boolean;
      /** For a test of an array as a whole that asks for one element: the test of that. */
      readonly element?: ValueTest;
    }
  | { readonly kind: 'all'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly parts: readonly Condition[] };

/** Whether a test passes for any of the values that one field condition is about in `root`. */
type Reach<Root> = (root: Root, test: ValueTest, expand: boolean) => boolean;

/** A test that an array passes by an element or as a whole. */
export function expanding(test: ValueTest): Condition {
  return { kind: 'test', test, expand: true };
}

/** A test of the value as it stands: arrays are not looked into. */
export function whole(test: ValueTest): Condition {
  return { kind: 'test', test, expand: false };
}

/** The contrary of all conditions together. */
export function negated(...parts: Condition[]): Condition {
  return { kind: 'not', parts };
}

/** The condition upon the values that a dotted path reaches in a document. */
export function onPath(condition: Condition, dotted: string): (doc: Doc) => boolean {
  const path = splitPath(dotted);
  if (path.length > 1) return bind(condition, (doc: Doc, test, expand) => testPath(doc, path, test, expand));
  return bind(condition, (doc: Doc, test, expand) => testLeaf(doc.get(dotted), test, expand));
}

/** The condition upon one value that is not expanded, as `$elemMatch` tests an element. */
export function onValue(condition: Condition): (value: Value | undefined) => boolean {
  return bind(condition, (value: Value | undefined, test) => test(value));
}

/** The condition upon one value as if it were a field of its own, as `$pull` tests an element. */
export function onField(condition: Condition): (value: Value | undefined) => boolean {
  return bind(condition, testLeaf);
}

function bind<Root>(condition: Condition, reach: Reach<Root>): (root: Root) => boolean {
  if (condition.kind === 'test') {
    const { test, expand } = condition;
    return (root) => reach(root, test, expand);
  }
  const parts = condition.parts.map((part) => bind(part, reach));
  const sought = condition.kind === 'all';
  const [first] = parts;
  if (parts.length === 1 && first) return sought ? first : (root) => !first(root);
  return (root) => {
    for (const part of parts) if (!part(root)) return !sought;
    return sought;
  };
}
