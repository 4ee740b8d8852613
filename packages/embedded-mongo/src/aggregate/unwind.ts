import { Long } from 'bson';
import { typeName } from '../bson/compare.js';
import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { checkFieldPath } from '../query/field-path.js';
import { isArray, isNullish } from '../query/values.js';
import { nestedField, withNestedField } from './nested-field.js';
import { expanding, type StageCompiler } from './stage.js';

interface Unwinding {
  readonly path: readonly string[];
  /** Where the element's position goes. */
  readonly indexPath: readonly string[] | undefined;
  /** Whether documents without elements stay. */
  readonly keepsEmpty: boolean;
}

/** `$unwind`: a document for each element of an array. What is no array counts as its only element. */
export const unwind: StageCompiler = (argument) => {
  const unwinding = readUnwinding(argument);
  return expanding((doc) => elementsOf(doc, unwinding));
};

function* elementsOf(doc: Doc, { path, indexPath, keepsEmpty }: Unwinding): Generator<Doc> {
  const value = nestedField(doc, path);
  const indexed = (result: Doc, index: number | undefined): Doc =>
    indexPath === undefined
      ? result
      : withNestedField(result, indexPath, index === undefined ? null : Long.fromNumber(index));
  if (isArray(value)) {
    for (const [index, element] of value.entries()) {
      yield indexed(withNestedField(doc, path, element), index);
    }
    if (value.length === 0 && keepsEmpty) yield indexed(withNestedField(doc, path, undefined), undefined);
  } else if (!isNullish(value) || keepsEmpty) yield indexed(doc, undefined);
}

function readUnwinding(argument: Value): Unwinding {
  if (typeof argument === 'string') {
    return { path: readPath(argument), indexPath: undefined, keepsEmpty: false };
  }
  if (!(argument instanceof Map)) {
    throw new EngineError(
      'Location15981',
      `expected either a string or an object as specification for $unwind stage, got ${typeName(argument)}`,
    );
  }
  let indexPath: readonly string[] | undefined;
  let keepsEmpty = false;
  for (const [name, option] of argument) {
    if (name === 'path') continue;
    else if (name === 'preserveNullAndEmptyArrays') keepsEmpty = readSwitch(option);
    else if (name === 'includeArrayIndex') indexPath = readIndexPath(option);
    else throw new EngineError('Location28811', `unrecognized option to $unwind stage: ${name}`);
  }
  const path = argument.get('path');
  if (path === undefined) throw new EngineError('Location28812', 'no path specified to $unwind stage');
  return { path: readPath(path), indexPath, keepsEmpty };
}

function readPath(path: Value): string[] {
  if (typeof path !== 'string') {
    throw new EngineError(
      'Location28808',
      `expected a string as the path for $unwind stage, got ${typeName(path)}`,
    );
  }
  if (!path.startsWith('$')) {
    throw new EngineError(
      'Location28818',
      `path option to $unwind stage should be prefixed with a '$': ${path}`,
    );
  }
  checkFieldPath(path.slice(1));
  return path.slice(1).split('.');
}

function readSwitch(option: Value): boolean {
  if (typeof option === 'boolean') return option;
  throw new EngineError(
    'Location28809',
    `expected a boolean for the preserveNullAndEmptyArrays option to $unwind stage, got ${typeName(option)}`,
  );
}

function readIndexPath(option: Value): string[] {
  if (typeof option !== 'string' || option === '') {
    throw new EngineError(
      'Location28810',
      `expected a non-empty string for the includeArrayIndex option to $unwind stage, got ${typeName(option)}`,
    );
  }
  if (option.startsWith('$')) {
    throw new EngineError(
      'Location28822',
      `includeArrayIndex option to $unwind stage should not be prefixed with a '$': ${option}`,
    );
  }
  checkFieldPath(option);
  return option.split('.');
}
