import type { Session } from '../sessions/session.js';
import type { Command, CommandContext } from './command.js';
import { sessionIds } from './session-ids.js';

/**
 * `killSessions`: gives up what these sessions (all, for none) have under way: transactions, cursors and commands. The
 * sessions themselves stay.
 */
export const killSessions: Command = {
  name: 'killSessions',
  fields: [],
  inTransaction: false,
  write: false,
  run(context) {
    const { sessions } = context.engine;
    const lsids = sessionIds(context);
    interrupt(context, lsids.length === 0 ? sessions.list() : lsids.map((lsid) => sessions.get(lsid)));
    return {};
  },
};

/** Ends what the sessions have under way, except this very command. */
export function interrupt({ engine, operation }: CommandContext, sessions: readonly Session[]): void {
  for (const session of sessions) {
    session.transaction?.end();
    engine.cursors.killOf(session);
  }
  const killed = new Set(sessions);
  for (const other of engine.operations.list()) {
    if (other !== operation && other.session !== undefined && killed.has(other.session)) other.kill();
  }
}
