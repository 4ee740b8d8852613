/** Where a server listens: a TCP port on a loopback address, or a Unix socket. */
export type ListenAddress =
  | {
      /** 0 takes any free port. */
      readonly port: number;
      /** `127.0.0.1` (default), `::1` or `localhost`. */
      readonly host?: string;
    }
  | {
      /** A path that ends in `.sock` and has at most {@link MAX_SOCKET_PATH} bytes. */
      readonly socket: string;
    };

/** The most bytes of a Unix socket's path that every system takes; Node cuts longer ones without a word. */
export const MAX_SOCKET_PATH = 103;

const LOOPBACK: ReadonlyMap<string, string> = new Map([
  ['127.0.0.1', '127.0.0.1'],
  ['localhost', '127.0.0.1'],
  ['::1', '::1'],
  ['[::1]', '::1'],
]);

/** The loopback address that `host` stands for. Throws for any other: there are no passwords to protect the data. */
export function loopbackHost(host: string): string {
  const address = LOOPBACK.get(host);
  if (address === undefined) {
    throw new Error(`only loopback addresses (127.0.0.1, ::1, localhost) are listened on, not ${host}`);
  }
  return address;
}

/** Throws for a path that drivers would not take for a socket, or that the system would cut. */
export function checkSocketPath(path: string): void {
  if (!path.endsWith('.sock')) throw new Error(`the path of a socket must end in .sock: ${path}`);
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH) {
    throw new Error(`the path of a socket may have ${MAX_SOCKET_PATH} bytes at most: ${path}`);
  }
}
