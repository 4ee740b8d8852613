import { typeName } from '../bson/compare.js';
import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { describe } from '../query/values.js';
import { addToSet } from './add-to-set.js';
import { bit, inc, mul } from './arithmetic.js';
import type { ArrayFilters } from './array-filters.js';
import { max, min } from './extremes.js';
import type { ModifierOperator } from './modifier.js';
import { pop, pull, pullAll } from './pull.js';
import { push } from './push.js';
import { parseRename, type Rename } from './rename.js';
import { currentDate, renamed, set, setOnInsert, unset } from './set.js';
import { addModifier, emptyTree, sortTree, type UpdateTree } from './tree.js';
import { checkDepth, filterIdentifier, splitUpdatePath } from './update-path.js';

const operators: ReadonlyMap<string, ModifierOperator> = new Map([
  ['$addToSet', addToSet],
  ['$bit', bit],
  ['$currentDate', currentDate],
  ['$inc', inc],
  ['$max', max],
  ['$min', min],
  ['$mul', mul],
  ['$pop', pop],
  ['$pull', pull],
  ['$pullAll', pullAll],
  ['$push', push],
  ['$set', set],
  ['$setOnInsert', setOnInsert],
  ['$unset', unset],
]);

/** An update's operators, ready to be applied. */
export interface Modifiers {
  readonly tree: UpdateTree;
  readonly renames: readonly Rename[];
}

/** Compiles `{ $set: { … }, $inc: { … } }`; tells the array filters which of them its paths name. */
export function compileModifiers(update: Doc, filters: ArrayFilters): Modifiers {
  const tree = emptyTree();
  const renames: Rename[] = [];
  for (const [name, paths] of update) {
    const operator = operators.get(name);
    if (!operator && name !== '$rename') {
      throw new EngineError(
        'FailedToParse',
        `Unknown modifier: ${name}. Expected a valid update modifier or pipeline-style update specified as an array`,
      );
    }
    for (const [path, argument] of pathsOf(name, paths)) {
      if (operator) addOperator(tree, operator, path, argument, filters);
      else renames.push(addRename(tree, path, argument));
    }
  }
  return { tree: sortTree(tree), renames };
}

function pathsOf(name: string, paths: Value): Doc {
  if (paths instanceof Map) return paths;
  throw new EngineError(
    'FailedToParse',
    `Modifiers operate on fields but we found type ${typeName(paths)} instead. For example: {$mod: {<field>: ...}} ` +
      `not {${name}: ${describe(paths)}}`,
  );
}

function addOperator(
  tree: UpdateTree,
  operator: ModifierOperator,
  path: string,
  argument: Value,
  filters: ArrayFilters,
): void {
  const parts = splitUpdatePath(path);
  for (const part of parts) {
    const identifier = filterIdentifier(part);
    if (identifier !== undefined) filters.use(identifier, path);
  }
  checkDepth(argument, parts.length);
  addModifier(tree, parts, operator(argument, path));
}

function addRename(tree: UpdateTree, from: string, to: Value): Rename {
  const rename = parseRename(from, to);
  checkDepth(null, rename.to.length);
  addModifier(tree, rename.from, unset(null, from));
  addModifier(tree, rename.to, renamed(rename.to.join('.')));
  return rename;
}
