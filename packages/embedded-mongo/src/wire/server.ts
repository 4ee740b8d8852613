import { createServer, type Server, type Socket } from 'node:net';
import { FrameBudget } from './budget.js';
import { ClientConnection, type ConnectionHost } from './connection.js';
import { DEFAULT_LIMITS, MAX_CONNECTIONS, type WireLimits } from './limits.js';
import { loopbackHost, checkSocketPath, type ListenAddress } from './listen-address.js';
import type { ConnectionCounts, Dispatch } from './request.js';

export type { ListenAddress } from './listen-address.js';
export type { Connection, ConnectionCounts, Dispatch, Request } from './request.js';

/** What a server can be told beside its dispatch. */
export interface WireServerOptions {
  readonly limits?: Partial<WireLimits>;
  /** Told of errors that are faults of the engine, not of a client. */
  readonly onFault: (error: unknown) => void;
}

const LONGEST_SWEEP_MS = 1_000;
/** Connections that may wait to be accepted; a rush of more finds a Unix socket refusing (Linux allows 4,096 as a rule). */
const BACKLOG = 4_096;

/** Speaks MongoDB's wire protocol to any number of clients, on one address or several. */
export class WireServer implements ConnectionHost {
  readonly budget: FrameBudget;
  readonly limits: WireLimits;
  readonly onFault: (error: unknown) => void;
  private readonly listeners = new Set<Server>();
  private readonly connections = new Set<ClientConnection>();
  private created = 0;
  private sweep: NodeJS.Timeout | undefined;

  constructor(
    readonly dispatch: Dispatch,
    options: WireServerOptions,
  ) {
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.budget = new FrameBudget(this.limits.partialBytes);
    this.onFault = options.onFault;
  }

  /** Connections, as `serverStatus` shows them. */
  get counts(): ConnectionCounts {
    const current = this.connections.size;
    return { current, available: MAX_CONNECTIONS - current, totalCreated: this.created };
  }

  /**
   * Starts to listen. Resolves with the address: `host:port` or the socket's path. Rejects for an address that is not
   * loopback, a socket path that is no `.sock` or too long, and what the system refuses, such as a port in use.
   */
  async listen(address: ListenAddress): Promise<string> {
    const place = 'socket' in address ? listenPath(address.socket) : listenPort(address.port, address.host);
    const listener = createServer({ allowHalfOpen: true });
    await new Promise<void>((resolve, reject) => {
      listener.once('error', reject);
      listener.listen({ ...place, backlog: BACKLOG }, () => {
        listener.off('error', reject);
        resolve();
      });
    });
    // Errors after this are of single connections that could not be accepted.
    listener.on('error', this.onFault);
    const name = listenerName(listener);
    listener.on('connection', (socket) => this.accept(socket, name));
    this.listeners.add(listener);
    this.sweep ??= setInterval(() => this.closeLate(), this.sweepInterval()).unref();
    return name;
  }

  /**
   * Accepts nothing more, lets commands under way finish for up to `graceMs` milliseconds, then closes every
   * connection. Resolves when all are closed.
   */
  async close(graceMs = 3_000): Promise<void> {
    clearInterval(this.sweep);
    const closing = [...this.listeners].map(
      (listener) => new Promise<void>((resolve) => listener.close(() => resolve())),
    );
    this.listeners.clear();
    for (const connection of this.connections) connection.closeSoon();
    const timer = setTimeout(() => {
      for (const connection of this.connections) connection.close();
    }, graceMs);
    await Promise.all(closing);
    clearTimeout(timer);
  }

  private accept(socket: Socket, address: string): void {
    if (this.connections.size >= MAX_CONNECTIONS) {
      socket.destroy();
      return;
    }
    this.created += 1;
    const connection = new ClientConnection(this.created, address, socket, this);
    this.connections.add(connection);
    socket.on('close', () => this.connections.delete(connection));
  }

  private closeLate(): void {
    const now = performance.now();
    for (const connection of this.connections) connection.closeIfLate(now);
  }

  private sweepInterval(): number {
    return Math.min(LONGEST_SWEEP_MS, this.limits.frameTimeoutMs / 2, this.limits.replyTimeoutMs / 2);
  }
}

function listenPath(path: string): { path: string } {
  checkSocketPath(path);
  return { path };
}

function listenPort(port: number, host = '127.0.0.1'): { port: number; host: string } {
  return { port, host: loopbackHost(host) };
}

function listenerName(listener: Server): string {
  const address = listener.address();
  if (address === null) throw new Error('the listener was closed while it started');
  if (typeof address === 'string') return address;
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `${host}:${address.port}`;
}
