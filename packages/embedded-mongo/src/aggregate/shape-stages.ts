import { typeName } from '../bson/compare.js';
import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { compileExpression } from '../query/expression/expression.js';
import type { Variables } from '../query/expression/types.js';
import { checkFieldPath } from '../query/field-path.js';
import {
  addNode,
  computeFields,
  emptyTree,
  excludeFields,
  type ProjectionTree,
} from '../query/project/tree.js';
import { compileProjection } from '../query/project/project.js';
import { describe, firstField, isArray } from '../query/values.js';

/** What a stage makes of one document; the document given stays as it is. */
export type DocumentChange = (doc: Doc) => Doc;

/** Compiles the argument of a stage that turns each document into one. */
export type ChangeCompiler = (argument: Value, variables: Variables) => DocumentChange;

export const projectChange: ChangeCompiler = (argument, variables) => {
  if (!(argument instanceof Map)) {
    throw new EngineError('Location15969', '$project specification must be an object');
  }
  if (argument.size === 0) {
    throw new EngineError(
      'Location51272',
      'Invalid $project :: caused by :: projection specification must have at least one field',
    );
  }
  return compileProjection(argument, variables, 'aggregate');
};

/** `$addFields` and its other name `$set`. */
export function addFieldsChange(name: string): ChangeCompiler {
  return (argument, variables) => {
    if (!(argument instanceof Map)) {
      throw new EngineError(
        'Location40272',
        `${name} specification stage must be an object, got ${typeName(argument)}`,
      );
    }
    if (argument.size === 0) {
      throw new EngineError('Location40177', `Invalid ${name} :: specification must have at least one field`);
    }
    const tree = emptyTree();
    for (const [path, value] of argument) addComputed(tree, path, value, variables);
    return (doc) => computeFields(new Map(doc), tree, doc, variables);
  };
}

function addComputed(tree: ProjectionTree, path: string, value: Value, variables: Variables): void {
  checkFieldPath(path);
  // An empty document is a value; others are written out as paths, unless they are an expression.
  if (!(value instanceof Map) || value.size === 0 || firstField(value)?.startsWith('$')) {
    addNode(tree, path, { kind: 'computed', evaluate: compileExpression(value, variables) });
    return;
  }
  for (const [sub, inner] of value) addComputed(tree, `${path}.${sub}`, inner, variables);
}

export const unsetChange: ChangeCompiler = (argument) => {
  const tree = emptyTree();
  for (const path of unsetPaths(argument)) {
    checkFieldPath(path);
    addNode(tree, path, { kind: 'drop' });
  }
  return (doc) => excludeFields(doc, tree);
};

function unsetPaths(argument: Value): string[] {
  const paths = isArray(argument) ? argument : [argument];
  if (paths.length === 0) {
    throw new EngineError(
      'Location31119',
      '$unset specification must be a string or an array with at least one field',
    );
  }
  return paths.map((path) => {
    if (typeof path === 'string') return path;
    const code = isArray(argument) ? 'Location31120' : 'Location31002';
    throw new EngineError(code, '$unset specification must be a string or an array of strings');
  });
}

/** `$replaceWith`: the document that an expression gives. */
export const replaceWithChange: ChangeCompiler = (argument, variables) =>
  replacing('$replaceWith', argument, variables);

/** `$replaceRoot: { newRoot: <expression> }`. */
export const replaceRootChange: ChangeCompiler = (argument, variables) => {
  if (!(argument instanceof Map)) {
    throw new EngineError(
      'Location40229',
      `expected an object as specification for $replaceRoot stage, got ${typeName(argument)}`,
    );
  }
  for (const name of argument.keys()) {
    if (name === 'newRoot') continue;
    throw new EngineError('IDLUnknownField', `BSON field '$replaceRoot.${name}' is an unknown field.`);
  }
  const newRoot = argument.get('newRoot');
  if (newRoot === undefined) {
    throw new EngineError('Location40231', 'no newRoot specified for the $replaceRoot stage');
  }
  return replacing("'newRoot' expression", newRoot, variables);
};

function replacing(what: string, argument: Value, variables: Variables): DocumentChange {
  const evaluate = compileExpression(argument, variables);
  return (doc) => {
    const root = evaluate(doc, variables);
    if (root instanceof Map) return root;
    throw new EngineError(
      'Location40228',
      `${what} must evaluate to an object, but resulting value was: ${root === undefined ? 'MISSING' : describe(root)}. ` +
        `Type of resulting value: '${root === undefined ? 'missing' : typeName(root)}'. Input document: ${describe(doc)}`,
    );
  };
}
