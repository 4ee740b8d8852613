import { createHash } from 'node:crypto';
import { Binary } from 'bson';
import { DateTime, type Doc, type Value } from '../bson/types.js';
import type { Session } from '../sessions/session.js';
import { Arguments } from './arguments.js';
import type { CommandContext } from './command.js';

/** What MongoDB shows as the user of sessions where there are no users: the digest of an empty name. */
const NOBODY = new Binary(createHash('sha256').update('').digest());

/** `$listLocalSessions`: the sessions that this server knows. There are no users, so all are everybody's. */
export function localSessions({ engine }: CommandContext, argument: Value): Doc[] {
  const args = Arguments.of('$listLocalSessions', argument as Doc, ['allUsers', 'users']);
  args.flag('allUsers');
  args.refuse('users');
  return engine.sessions.list().map(describeSession);
}

function describeSession({ id, lastUse }: Session): Doc {
  const uuid = new Binary(Buffer.from(id, 'latin1'), Binary.SUBTYPE_UUID);
  const idle = performance.now() - lastUse;
  return new Map<string, Value>([
    [
      '_id',
      new Map<string, Value>([
        ['id', uuid],
        ['uid', NOBODY],
      ]),
    ],
    ['lastUse', new DateTime(BigInt(Math.round(Date.now() - idle)))],
  ]);
}
