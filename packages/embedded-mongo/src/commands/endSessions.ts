import type { Command } from './command.js';
import { sessionIds } from './session-ids.js';

/** Ends the sessions that a client will not use again; their open transactions and cursors are given up. */
export const endSessions: Command = {
  name: 'endSessions',
  fields: [],
  inTransaction: false,
  write: false,
  async run(context) {
    const { engine } = context;
    const lsids = sessionIds(context);
    for (const lsid of lsids) {
      const session = engine.sessions.find(lsid);
      if (session !== undefined) engine.cursors.killOf(session);
    }
    await engine.sessions.end(lsids);
    return {};
  },
};
