import { typeName } from '../bson/compare.js';
import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { checkFieldPath } from '../query/field-path.js';
import { isArray } from '../query/values.js';
import { checkVariableName } from '../query/expression/variable-names.js';

/** What a `$lookup` asks for. */
export interface LookupSpec {
  /** Left out where the pipeline has documents of its own. */
  readonly from: string | undefined;
  /** Where the array goes. */
  readonly as: readonly string[];
  /** The fields of both sides that must be equal. */
  readonly fields: { readonly local: readonly string[]; readonly foreign: string } | undefined;
  readonly let: Doc;
  readonly pipeline: readonly Value[];
}

const TEXTS = ['from', 'as', 'localField', 'foreignField'];

/** Reads the argument of `$lookup`. Throws FailedToParse, TypeMismatch or what MongoDB answers to bad paths. */
export function readLookup(argument: Value): LookupSpec {
  if (!(argument instanceof Map)) throw refused('the $lookup specification must be an object');
  for (const [name, value] of argument) {
    if (TEXTS.includes(name)) {
      if (typeof value !== 'string') {
        throw refused(`$lookup argument '${name}' must be a string, is type ${typeName(value)}`);
      }
    } else if (name !== 'let' && name !== 'pipeline') throw refused(`unknown argument to $lookup: ${name}`);
  }
  const [from, as, local, foreign] = TEXTS.map((name) => argument.get(name) as string | undefined);
  if (as === undefined) throw refused("must specify 'as' field for a $lookup");
  checkFieldPath(as);
  const pipeline = argument.get('pipeline');
  if (pipeline !== undefined && !isArray(pipeline)) throw typeMismatch("'pipeline' option must be an array");
  if (pipeline === undefined && local === undefined && foreign === undefined) {
    throw refused(
      "$lookup requires either 'pipeline' or both 'localField' and 'foreignField' to be specified",
    );
  }
  return {
    from,
    as: as.split('.'),
    fields: readFields(local, foreign),
    let: readLet(argument.get('let'), pipeline !== undefined),
    pipeline: pipeline ?? [],
  };
}

function readFields(local: string | undefined, foreign: string | undefined): LookupSpec['fields'] {
  if (local === undefined && foreign === undefined) return undefined;
  if (local === undefined || foreign === undefined) {
    throw refused("$lookup requires both or neither of 'localField' and 'foreignField' to be specified");
  }
  checkFieldPath(local);
  checkFieldPath(foreign);
  return { local: local.split('.'), foreign };
}

function readLet(variables: Value | undefined, hasPipeline: boolean): Doc {
  if (variables === undefined) return new Map<string, Value>();
  if (!(variables instanceof Map)) {
    throw refused(`$lookup argument 'let' must be an object, is type ${typeName(variables)}`);
  }
  if (!hasPipeline) throw refused("$lookup with a 'let' argument must also specify 'pipeline'");
  for (const name of variables.keys()) checkVariableName(name);
  return variables;
}

function refused(message: string): EngineError {
  return new EngineError('FailedToParse', message);
}

function typeMismatch(message: string): EngineError {
  return new EngineError('TypeMismatch', message);
}
