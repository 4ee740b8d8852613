import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

const HEADER = 16;
const OP_MSG = 2013;
/** Header, flag bits, the kind of the first section, and its document's length and first element's type. */
const FIRST_NAME = HEADER + 4 + 1 + 4 + 1;

/** Stands between a driver and a database and counts the commands that pass, by name. */
export class CountingProxy {
  private readonly counts = new Map<string, number>();
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  private constructor(private readonly database: { host: string; port: number }) {
    this.server = createServer((client) => this.join(client));
  }

  static async start(database: { host: string; port: number }): Promise<CountingProxy> {
    const proxy = new CountingProxy(database);
    await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** The counts since the last call. */
  take(): Map<string, number> {
    const taken = new Map(this.counts);
    this.counts.clear();
    return taken;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(client: Socket): void {
    const database = connect(this.database);
    const count = this.counter();
    client.on('data', count);
    client.pipe(database).pipe(client);
    for (const [socket, other] of [
      [client, database],
      [database, client],
    ] as const) {
      socket.setNoDelay(true);
      this.sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
  }

  /** Cuts a stream of bytes into messages; a message may come in pieces. */
  private counter(): (chunk: Buffer) => void {
    let waiting = Buffer.alloc(0);
    return (chunk) => {
      waiting = Buffer.concat([waiting, chunk]);
      while (waiting.length >= HEADER && waiting.length >= waiting.readInt32LE(0)) {
        const length = waiting.readInt32LE(0);
        const name = commandName(waiting.subarray(0, length));
        this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
        waiting = waiting.subarray(length);
      }
    };
  }
}

/** A command's name is the first field of its document. */
function commandName(message: Buffer): string {
  if (message.readInt32LE(12) !== OP_MSG) return 'OP_QUERY';
  return message.toString('latin1', FIRST_NAME, message.indexOf(0, FIRST_NAME));
}
