import { EngineError } from '../errors.js';

/** Refuses dotted paths that MongoDB refuses in sorts and projections: empty parts and parts with a leading `$`. */
export function checkFieldPath(path: string): void {
  if (path === '')
    throw new EngineError('Location40352', 'FieldPath cannot be constructed with empty string');
  if (path.endsWith('.')) throw new EngineError('Location40353', "FieldPath must not end with a '.'.");
  for (const part of path.split('.')) {
    if (part === '')
      throw new EngineError('Location15998', 'FieldPath field names may not be empty strings.');
    if (part.startsWith('$') && part !== '$id' && part !== '$ref' && part !== '$db') {
      throw new EngineError(
        'Location16410',
        `FieldPath field names may not start with '$'. Consider using $getField or $setField. Found '${part}'.`,
      );
    }
  }
}
