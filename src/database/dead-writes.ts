import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { MongoClient } from 'mongodb';

/** What Node publishes when somebody connects. */
const NEW_SOCKET = 'net.client.socket';

/**
 * Makes a driver's write to a connection that has just died fail at once. The driver (7.8) only expects `write` to
 * throw or to be drained later. A socket that is destroyed, but has not yet said so, does neither: the operation then
 * waits for good, and whoever waits for that operation too; and a broken pipe reaches the caller as a bare error, which
 * the driver doesn't retry. A throw it treats as what it is, a network error.
 *
 * Covers plain TCP and Unix sockets that are opened from now on; TLS sockets are not announced.
 */
export function failDeadWrites(client: MongoClient): void {
  let opening = false;
  // The driver says that it makes a connection and opens its socket in one go.
  client.on('connectionCreated', () => {
    opening = true;
    queueMicrotask(() => (opening = false));
  });
  subscribe(NEW_SOCKET, (message) => {
    if (!opening || !isSocketMessage(message)) return;
    const { socket } = message;
    // Connecting gives a socket its own `write` back.
    socket.once('connect', () => throwOnDeadWrite(socket));
  });
}

function throwOnDeadWrite(socket: Socket): void {
  const write = socket.write.bind(socket) as (...parts: unknown[]) => boolean;
  socket.write = (...parts: unknown[]) => {
    const accepted = write(...parts);
    if (!accepted && (socket.destroyed || socket.errored)) {
      throw socket.errored ?? new Error('the connection is closed');
    }
    return accepted;
  };
}

function isSocketMessage(message: unknown): message is { readonly socket: Socket } {
  return typeof message === 'object' && message !== null && 'socket' in message;
}
