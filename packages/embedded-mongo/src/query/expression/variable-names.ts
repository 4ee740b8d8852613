import { EngineError } from '../../errors.js';

/** Refuses names that no user variable may have: they start with a small letter or beyond ASCII. */
export function checkVariableName(name: string): void {
  if (/^[a-z\u0080-\u{10ffff}][\w\u0080-\u{10ffff}]*$/u.test(name)) return;
  throw new EngineError('FailedToParse', `'${name}' is not a valid name for a user variable`);
}
