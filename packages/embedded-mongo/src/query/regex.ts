import { BSONRegExp, BSONSymbol } from 'bson';
import { EngineError } from '../errors.js';
import type { ValueTest } from './paths.js';
import { translatePattern } from './regex-syntax.js';

/**
 * The test of a value by a regular expression: strings are searched, a stored expression must be the same one.
 * @param pattern - in PCRE's syntax; what JavaScript's engine cannot do is refused.
 * @param options - of `i`, `m`, `s`, `x` and `u` (always on).
 */
export function regexTest(pattern: string, options: string): ValueTest {
  const expression = compileRegex(pattern, options);
  const sorted = sortOptions(options);
  return (value) => {
    if (typeof value === 'string') return expression.test(value);
    if (value instanceof BSONSymbol) return expression.test(value.value);
    return value instanceof BSONRegExp && value.pattern === pattern && sortOptions(value.options) === sorted;
  };
}

function compileRegex(pattern: string, options: string): RegExp {
  for (const flag of options) {
    if (!'imsxu'.includes(flag)) {
      throw new EngineError('Location51108', `invalid flag in regex options: ${flag}`);
    }
  }
  if (pattern.includes('\0')) {
    throw new EngineError('BadValue', 'Regular expression cannot contain an embedded null byte');
  }
  const { source, ignoreCase } = translatePattern(pattern, {
    ignoreCase: options.includes('i'),
    multiline: options.includes('m'),
    dotAll: options.includes('s'),
    extended: options.includes('x'),
  });
  try {
    return new RegExp(source, ignoreCase ? 'iu' : 'u');
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new EngineError('Location51091', `Regular expression is invalid: ${error.message}`);
  }
}

function sortOptions(options: string): string {
  return [...options].sort().join('');
}
