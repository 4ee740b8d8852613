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
  /** Asked with the name of each command, and of the collection that it is about, once its answer is here. */
  fateOf: (command: string, collection: string) => Fate = () => 'pass';
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
    const commands = new Map<number, Named>();
    const asked = inMessages((message) => {
      commands.set(message.readInt32LE(4), namedIn(message));
      database.write(message);
    });
    const answered = inMessages((message) => {
      const { command, collection } = commands.get(message.readInt32LE(8)) ?? NAMELESS;
      commands.delete(message.readInt32LE(8));
      const fate = this.fateOf(command, collection);
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

/** What a message asks for; a command that is about no collection has none. */
interface Named {
  readonly command: string;
  readonly collection: string;
}

const NAMELESS: Named = { command: '', collection: '' };
const STRING = 2;

/** A command's name is the name of its document's first field; the collection is the field's value, where it is a text. */
function namedIn(message: Buffer): Named {
  if (message.readInt32LE(12) !== OP_MSG) return NAMELESS;
  const end = message.indexOf(0, FIRST_NAME);
  const command = message.toString('latin1', FIRST_NAME, end);
  if (message[FIRST_NAME - 1] !== STRING) return { command, collection: '' };
  const start = end + 1 + 4;
  return { command, collection: message.toString('utf8', start, message.indexOf(0, start)) };
}
