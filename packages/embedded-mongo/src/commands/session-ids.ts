import type { Doc } from '../bson/types.js';
import { EngineError } from '../errors.js';
import type { CommandContext } from './command.js';

/** The session ids that a command lists as the value of its first field. Throws TypeMismatch. */
export function sessionIds({ body, request: { name } }: CommandContext): readonly Doc[] {
  const given = body.get(name);
  const listed: unknown[] = Array.isArray(given) ? given : [undefined];
  if (listed.every((lsid): lsid is Doc => lsid instanceof Map)) return listed;
  throw new EngineError('TypeMismatch', `BSON field '${name}' must be an array of session ids`);
}
