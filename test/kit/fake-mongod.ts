import { createServer, type Server, type Socket } from 'node:net';
import { BSON, type Document } from 'mongodb';

const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;

/** A server that speaks just enough of MongoDB's protocol to be looked at, and says of itself what a test wants. */
export class FakeMongod {
  /** The names of the commands that were asked, in order. */
  readonly asked: string[] = [];

  private constructor(
    private readonly server: Server,
    private readonly hello: Document,
    private readonly version: string,
  ) {}

  /** Starts one that answers `hello` with these members besides the usual ones. */
  static start(options: { hello?: Document; version?: string } = {}): Promise<FakeMongod> {
    return new Promise((resolve) => {
      const server = createServer((socket) => fake.serve(socket));
      const fake = new FakeMongod(server, options.hello ?? {}, options.version ?? '8.0.0');
      server.listen(0, '127.0.0.1', () => resolve(fake));
    });
  }

  get port(): number {
    const address = this.server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private serve(socket: Socket): void {
    let pending = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes) => {
      pending = Buffer.concat([pending, bytes]);
      while (pending.length >= 16 && pending.length >= pending.readInt32LE(0)) {
        const length = pending.readInt32LE(0);
        socket.write(this.answer(pending.subarray(0, length)));
        pending = pending.subarray(length);
      }
    });
  }

  private answer(message: Buffer): Buffer {
    const id = message.readInt32LE(4);
    const query = message.readInt32LE(12) === OP_QUERY;
    const body = message.subarray(query ? message.indexOf(0, 20) + 9 : 21);
    const command = BSON.deserialize(body, { allowObjectSmallerThanBufferSize: true });
    const reply = BSON.serialize(this.reply(Object.keys(command)[0] ?? ''));
    const head = Buffer.alloc(query ? 36 : 21);
    head.writeInt32LE(head.length + reply.length, 0);
    head.writeInt32LE(id, 8);
    head.writeInt32LE(query ? OP_REPLY : OP_MSG, 12);
    if (query) head.writeInt32LE(1, 32);
    return Buffer.concat([head, reply]);
  }

  private reply(command: string): Document {
    this.asked.push(command);
    if (/^(hello|ismaster)$/i.test(command)) {
      return { isWritablePrimary: true, maxWireVersion: 25, minWireVersion: 0, ok: 1, ...this.hello };
    }
    return command === 'buildInfo' ? { version: this.version, ok: 1 } : { ok: 1 };
  }
}
