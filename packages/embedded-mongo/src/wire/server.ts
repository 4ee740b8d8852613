import type { Dispatch } from './request.js';

export type { Connection, ConnectionCounts, Dispatch, Request } from './request.js';

/** Where a server listens: a TCP port on a loopback address, or a Unix socket. */
export type ListenAddress =
  | { /** 0 takes any free port. */ readonly port: number; /** Default 127.0.0.1. */ readonly host?: string }
  | { readonly socket: string };

/** Speaks MongoDB's wire protocol to any number of clients. */
export class WireServer {
  constructor(readonly dispatch: Dispatch) {}

  /** Starts to listen and resolves with the address: `host:port` or the socket's path. */
  listen(address: ListenAddress): Promise<string> {
    return Promise.reject(new Error(`not yet: ${JSON.stringify(address)}`));
  }

  /** Accepts nothing more, lets the commands under way finish for up to `graceMs`, then closes every connection. */
  close(graceMs = 3_000): Promise<void> {
    return Promise.reject(new Error(`not yet: ${graceMs}`));
  }
}
