import type { Command } from './command.js';
import { sessionIds } from './session-ids.js';

/** `refreshSessions`: the client still needs these sessions, though it has not used them. */
export const refreshSessions: Command = {
  name: 'refreshSessions',
  fields: [],
  inTransaction: false,
  write: false,
  run(context) {
    // Looking a session up counts as use.
    for (const lsid of sessionIds(context)) context.engine.sessions.get(lsid);
    return {};
  },
};
