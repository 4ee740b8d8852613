import { connect, type Socket } from 'node:net';

/** No file; nobody listens; the listener was closed before it accepted. */
const GONE: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ECONNREFUSED', 'ECONNRESET']);

/**
 * Connects to a Unix socket. Resolves with undefined when nobody listens there any more: the file is gone or stale.
 * Rejects when that cannot be told, as without permission.
 */
export function connectTo(path: string): Promise<Socket | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.on('connect', () => {
      socket.off('error', refused);
      // From here on an error is the end of the connection, which 'close' tells.
      socket.on('error', () => socket.destroy());
      resolve(socket);
    });
    const refused = (error: NodeJS.ErrnoException): void => {
      if (GONE.has(error.code)) resolve(undefined);
      else reject(error);
    };
    socket.on('error', refused);
  });
}
