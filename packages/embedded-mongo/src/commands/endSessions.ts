import type { Doc } from '../bson/types.js';
import { EngineError } from '../errors.js';
import type { Command } from './command.js';

/** Ends the sessions that a client will not use again; their open transactions and cursors are given up. */
export const endSessions: Command = {
  name: 'endSessions',
  fields: [],
  inTransaction: false,
  write: false,
  async run({ body, engine }) {
    const lsids = body.get('endSessions');
    const listed: unknown[] = Array.isArray(lsids) ? lsids : [undefined];
    if (!listed.every((lsid): lsid is Doc => lsid instanceof Map)) {
      throw new EngineError('TypeMismatch', "BSON field 'endSessions' must be an array of session ids");
    }
    for (const lsid of listed) engine.cursors.killOf(engine.sessions.get(lsid));
    await engine.sessions.end(listed);
    return {};
  },
};
