import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

const HEADER = 16;
/** Header, flag bits, the kind of the first section, and its document's length and first element's type. */
const FIRST_NAME = HEADER + 4 + 1 + 4 + 1;
const OP_MSG = 2013;

/** What is done with the answer to a command that the database has carried out. */
export type Fate = 'pass' | 'cut' | 'hold';

/**
 * Stands between a service and a database, both on Unix sockets, and decides on the answer of each command: to pass it
 * on, to cut the connection in its place, or to hold it back for good.
 */
export class WireProxy {
  /** Asked with the name of each command once its answer is here. */
  fateOf: (command: string) => Fate = () => 'pass';
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  private constructor(private readonly database: string) {
    this.server = createServer((client) => this.join(client));
  }

  /** Listens on one socket file for what goes to another one. */
  static async start(own: string, database: string): Promise<WireProxy> {
    const proxy = new WireProxy(database);
    proxy.server.listen(own);
    await once(proxy.server, 'listening');
    return proxy;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(client: Socket): void {
    const database = connect(this.database);
    const names = new Map<number, string>();
    const asked = inMessages((message) => {
      names.set(message.readInt32LE(4), commandName(message));
      database.write(message);
    });
    const answered = inMessages((message) => {
      const command = names.get(message.readInt32LE(8)) ?? '';
      names.delete(message.readInt32LE(8));
      const fate = this.fateOf(command);
      if (fate === 'pass') client.write(message);
      else if (fate === 'cut') client.destroy();
    });
    client.on('data', asked);
    database.on('data', answered);
    for (const [socket, other] of [
      [client, database],
      [database, client],
    ] as const) {
      this.sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
  }
}

/** Cuts a stream of bytes into messages; a message may come in pieces. */
function inMessages(take: (message: Buffer) => void): (chunk: Buffer) => void {
  let waiting = Buffer.alloc(0);
  return (chunk) => {
    waiting = Buffer.concat([waiting, chunk]);
    while (waiting.length >= HEADER && waiting.length >= waiting.readInt32LE(0)) {
      const length = waiting.readInt32LE(0);
      take(waiting.subarray(0, length));
      waiting = waiting.subarray(length);
    }
  };
}

/** A command's name is the first field of its document. */
function commandName(message: Buffer): string {
  if (message.readInt32LE(12) !== OP_MSG) return '';
  return message.toString('latin1', FIRST_NAME, message.indexOf(0, FIRST_NAME));
}
