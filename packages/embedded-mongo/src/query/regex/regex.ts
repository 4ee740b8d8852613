import { BSONRegExp, BSONSymbol } from 'bson';
import { EngineError } from '../../errors.js';
import { boundedSearch } from './bounded-search.js';
import type { ValueTest } from '../paths.js';
import { translatePattern } from './syntax.js';

/** Each of them compiles to hundreds of ranges; JavaScript's engine needs a second for some thousands. */
const MAX_PROPERTIES = 100;

/** The longest pattern that MongoDB takes, in characters. */
const MAX_PATTERN = 32_764;

/**
 * The test of a value by a regular expression: strings are searched, a stored expression must be the same one.
 * @param pattern - in PCRE's syntax; what JavaScript's engine cannot do is refused.
 * A search that backtracks for too long throws Location51156.
 * @param options - of `i`, `m`, `s`, `x` and `u` (always on).
 */
export function regexTest(pattern: string, options: string): ValueTest {
  const found = compileRegex(pattern, options);
  const sorted = sortOptions(options);
  return (value) => {
    if (typeof value === 'string') return found(value);
    if (value instanceof BSONSymbol) return found(value.value);
    return value instanceof BSONRegExp && value.pattern === pattern && sortOptions(value.options) === sorted;
  };
}

function compileRegex(pattern: string, options: string): (text: string) => boolean {
  for (const flag of options) {
    if (!'imsxu'.includes(flag)) {
      throw new EngineError('Location51108', `invalid flag in regex options: ${flag}`);
    }
  }
  if (pattern.length > MAX_PATTERN) throw new EngineError('BadValue', 'Regular expression is too long');
  if (pattern.split(/\\p/i).length > MAX_PROPERTIES + 1) {
    throw new EngineError('BadValue', 'Regular expression has too many classes of Unicode characters');
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
  return boundedSearch(source, ignoreCase ? 'iu' : 'u');
}

function sortOptions(options: string): string {
  return [...options].sort().join('');
}
