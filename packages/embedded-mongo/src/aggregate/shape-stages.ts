import { typeName } from '../bson/compare.js';
import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { compileExpression } from '../query/expression.js';
import type { Variables } from '../query/expression-types.js';
import { checkFieldPath } from '../query/field-path.js';
import {
  addNode,
  computeFields,
  emptyTree,
  excludeFields,
  type ProjectionTree,
} from '../query/project-tree.js';
import { compileProjection } from '../query/project.js';
import { firstField, isArray } from '../query/values.js';
import { mapping, type StageCompiler } from './stage.js';

export const project: StageCompiler = (argument, variables) => {
  if (!(argument instanceof Map)) {
    throw new EngineError('Location15969', '$project specification must be an object');
  }
  if (argument.size === 0) {
    throw new EngineError(
      'Location51272',
      'Invalid $project :: caused by :: projection specification must have at least one field',
    );
  }
  return mapping(compileProjection(argument, variables, 'aggregate'));
};

/** `$addFields` and its other name `$set`. */
export function addFields(name: string): StageCompiler {
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
    return mapping((doc) => computeFields(new Map(doc), tree, doc, variables));
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

export const unset: StageCompiler = (argument) => {
  const tree = emptyTree();
  for (const path of unsetPaths(argument)) {
    checkFieldPath(path);
    addNode(tree, path, { kind: 'drop' });
  }
  return mapping((doc: Doc) => excludeFields(doc, tree));
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
