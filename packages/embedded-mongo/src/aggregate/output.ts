import type { Value } from '../bson/types.js';
import type { Variables } from '../query/expression/types.js';
import { readMerge, type MergeOutput } from './merge-spec.js';
import { readOutTarget, type Target } from './target.js';

/** `$out`: the results become all that the collection has. */
export interface OutOutput {
  readonly name: '$out';
  readonly target: Target;
}

/** A last stage that writes the results to a collection. */
export type Output = OutOutput | MergeOutput;

export function isOutput(name: string): name is Output['name'] {
  return name === '$out' || name === '$merge';
}

/** Reads the argument of `$out` or `$merge`. Throws what MongoDB answers to a bad one. */
export function readOutput(name: Output['name'], argument: Value, variables: Variables): Output {
  return name === '$merge' ? readMerge(argument, variables) : { name, target: readOutTarget(argument) };
}
