import type { Reply } from '../bson/codec.js';
import { MAX_DOCUMENT_SIZE } from '../bson/validate.js';
import { WIRE_VERSIONS } from '../version.js';
import { MAX_MESSAGE_SIZE, MAX_WRITE_BATCH } from '../wire/limits.js';
import type { Connection } from '../wire/request.js';
import type { Command } from './command.js';

/** The name of the replica set whose only member the engine is. */
export const SET_NAME = 'rs0';

/** How long a session lives that is not used, in minutes. */
const SESSION_MINUTES = 30;

/**
 * The replica set as the client of a connection sees it: one member, at the address that the client came by, so that
 * a driver that follows `hosts` comes back by the same listener.
 */
export function replicaSetState(connection: Connection): Reply {
  return {
    hosts: [connection.address],
    setName: SET_NAME,
    setVersion: 1,
    secondary: false,
    primary: connection.address,
    me: connection.address,
  };
}

/**
 * Tells drivers what they talk to. There is no topologyVersion, so they ask now and then instead of waiting for news,
 * and no electionId, which after a restart would have to be larger than before.
 */
export const hello: Command = {
  name: 'hello',
  aliases: ['isMaster', 'ismaster'],
  fields: 'any',
  inTransaction: false,
  write: false,
  run({ request: { connection, name }, body }) {
    const client = body.get('client');
    if (client instanceof Map) connection.clientMetadata ??= client;
    return {
      ...(body.has('helloOk') ? { helloOk: true } : {}),
      [name === 'hello' ? 'isWritablePrimary' : 'ismaster']: true,
      ...replicaSetState(connection),
      maxBsonObjectSize: MAX_DOCUMENT_SIZE,
      maxMessageSizeBytes: MAX_MESSAGE_SIZE,
      maxWriteBatchSize: MAX_WRITE_BATCH,
      localTime: new Date(),
      logicalSessionTimeoutMinutes: SESSION_MINUTES,
      connectionId: connection.id,
      minWireVersion: WIRE_VERSIONS.min,
      maxWireVersion: WIRE_VERSIONS.max,
      readOnly: false,
    };
  },
};
