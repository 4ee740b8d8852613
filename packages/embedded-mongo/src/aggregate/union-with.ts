import { typeName } from '../bson/compare.js';
import type { Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { isArray } from '../query/values.js';
import type { StageCompiler } from './stage.js';

/** `$unionWith`: behind the documents those of another pipeline. */
export const unionWith: StageCompiler = (argument, variables, nest) => {
  const { collection, pipeline } = readUnion(argument);
  const nested = nest('$unionWith', pipeline, variables);
  if (collection === undefined && !nested.hasSource) {
    throw new EngineError(
      'FailedToParse',
      '$unionWith stage without explicit collection must have a pipeline with $documents as first stage',
    );
  }
  return async function* (input, work) {
    yield* input;
    yield* nested.over(collection, work);
  };
};

function readUnion(argument: Value): { collection: string | undefined; pipeline: readonly Value[] } {
  if (typeof argument === 'string') return { collection: argument, pipeline: [] };
  if (!(argument instanceof Map)) {
    throw new EngineError(
      'FailedToParse',
      `the $unionWith stage specification must be an object or string, but found ${typeName(argument)}`,
    );
  }
  for (const name of argument.keys()) {
    if (name === 'coll' || name === 'pipeline') continue;
    throw new EngineError('IDLUnknownField', `BSON field '$unionWith.${name}' is an unknown field.`);
  }
  const collection = argument.get('coll');
  const pipeline = argument.get('pipeline') ?? [];
  if ((collection !== undefined && typeof collection !== 'string') || !isArray(pipeline)) {
    throw new EngineError(
      'TypeMismatch',
      "BSON field '$unionWith' needs a string 'coll' and an array 'pipeline'",
    );
  }
  return { collection, pipeline };
}
