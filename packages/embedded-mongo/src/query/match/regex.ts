import { BSONRegExp } from 'bson';
import type { Value } from '../../bson/types.js';
import { EngineError } from '../../errors.js';
import { expanding, type Condition } from './condition.js';
import type { MatchOperator } from './context.js';
import { regexTest } from '../regex/regex.js';

/** `$regex` with its neighbour `$options`. */
export const regex: MatchOperator = (argument, { siblings }) => {
  const options = siblings.get('$options');
  if (options !== undefined && typeof options !== 'string') {
    throw new EngineError('BadValue', '$options has to be a string');
  }
  return expanding(compile(argument, options));
};

/** `$options` alone asks nothing, but it must not stand alone. */
export const regexOptions: MatchOperator = (_argument, { siblings }): Condition | undefined => {
  if (!siblings.has('$regex')) throw new EngineError('BadValue', '$options needs a $regex');
  return undefined;
};

function compile(argument: Value, options: string | undefined): ReturnType<typeof regexTest> {
  if (typeof argument === 'string') return regexTest(argument, options ?? '');
  if (!(argument instanceof BSONRegExp)) throw new EngineError('BadValue', '$regex has to be a string');
  if (options !== undefined && argument.options !== '') {
    throw new EngineError('Location51075', 'options set in both $regex and $options');
  }
  return regexTest(argument.pattern, options ?? argument.options);
}
