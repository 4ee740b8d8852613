import type { Command } from './command.js';
import { interrupt } from './killSessions.js';
import { sessionIds } from './session-ids.js';

/** `killAllSessions`: as `killSessions`, for all sessions of users; there are no users, so all are everybody's. */
export const killAllSessions: Command = {
  name: 'killAllSessions',
  fields: [],
  inTransaction: false,
  write: false,
  run(context) {
    sessionIds(context);
    interrupt(context, context.engine.sessions.list());
    return {};
  },
};
