import type { CommandDoc } from '../bson/codec.js';
import { EngineError } from '../errors.js';
import { Arguments } from './arguments.js';

const FIELDS = ['mode', 'tags', 'hedge', 'maxStalenessSeconds'];
const MODES: readonly unknown[] = [
  'primary',
  'primaryPreferred',
  'secondary',
  'secondaryPreferred',
  'nearest',
];

/** Throws where `$readPreference` is none. The one node answers whatever is preferred. */
export function checkReadPreference(body: CommandDoc): void {
  const given = body.get('$readPreference');
  if (given === undefined) return;
  if (!(given instanceof Map)) throw new EngineError('TypeMismatch', '$readPreference must be an object');
  const args = Arguments.of('$readPreference', given, FIELDS);
  const mode = args.text('mode');
  if (mode === undefined) throw args.missing('mode');
  if (MODES.includes(mode)) return;
  throw new EngineError(
    'BadValue',
    `Enumeration value '${mode}' for field '$readPreference.mode' is not a valid value.`,
  );
}
