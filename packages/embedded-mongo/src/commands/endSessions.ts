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
    for (const lsid of lsids) engine.cursors.killOf(engine.sessions.get(lsid));
    await engine.sessions.end(lsids);
    return {};
  },
};
