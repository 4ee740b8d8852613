import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { MongoClient } from 'mongodb';

/** What Node publishes when somebody connects. */
const NEW_SOCKET = 'net.client.socket';

/**
 * Makes a driver's write to a connection that dies fail as what it is, a network error. A write that fills the socket's
 * buffer, or comes between the connection's end and its `close`, makes the driver (7.8) wait for `drain` or `error`. A
 * connection that was ended by the other side closes without either: the operation would wait for good, and whoever
 * waits for that operation too. And what fails with `error`, a broken pipe say, would reach the caller as a bare error,
 * which the driver doesn't retry. After a `drain`, however, it looks whether its connection still stands.
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
    if (opening && isSocketMessage(message)) endWaitsWith(message.socket);
  });
}

function endWaitsWith(socket: Socket): void {
  const endWaits = () => socket.emit('drain');
  // First of all, so that whoever waits for a write is not the one to whom the error goes.
  socket.prependListener('error', endWaits);
  socket.on('close', endWaits);
}

function isSocketMessage(message: unknown): message is { readonly socket: Socket } {
  return typeof message === 'object' && message !== null && 'socket' in message;
}
