import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { deserialize, serialize, type Document } from 'bson';
import { crc32c } from '../../src/wire/crc32c.js';

/** A message that came back. */
export interface Answer {
  readonly responseTo: number;
  readonly opCode: number;
  readonly doc: Document;
}

/** A client of bare bytes: says what it is told to and shows what comes back. */
export class RawClient {
  private received = Buffer.alloc(0);
  private wake: (() => void) | undefined;
  closed = false;

  private constructor(readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk]);
      this.wake?.();
    });
    socket.on('error', () => this.wake?.());
    socket.on('close', () => {
      this.closed = true;
      this.wake?.();
    });
  }

  /** Connects to `host:port` or a socket's path. */
  static async connect(address: string): Promise<RawClient> {
    const colon = address.lastIndexOf(':');
    const socket = address.startsWith('/')
      ? connect(address)
      : connect(Number(address.slice(colon + 1)), address.slice(0, colon).replace(/[[\]]/g, ''));
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  send(...parts: Buffer[]): void {
    this.socket.write(Buffer.concat(parts));
  }

  /** The next message, or undefined when the server closed the connection instead. */
  async answer(): Promise<Answer | undefined> {
    for (;;) {
      const whole = this.received.length >= 4 && this.received.length >= this.received.readInt32LE(0);
      if (whole) return this.takeAnswer();
      if (this.closed) return undefined;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  /** Resolves when the server has closed the connection. */
  async closedByServer(): Promise<void> {
    while (!this.closed) await new Promise<void>((resolve) => (this.wake = resolve));
  }

  destroy(): void {
    this.socket.destroy();
  }

  private takeAnswer(): Answer {
    const length = this.received.readInt32LE(0);
    const frame = this.received.subarray(0, length);
    this.received = this.received.subarray(length);
    const opCode = frame.readInt32LE(12);
    const doc = deserialize(frame.subarray(opCode === 2013 ? 21 : 36));
    return { responseTo: frame.readInt32LE(8), opCode, doc };
  }
}

/** A message of the given opcode. `length` overrides the true one. */
export function frame(opCode: number, body: Buffer, requestId = 1, length = 16 + body.length): Buffer {
  const header = Buffer.alloc(16);
  header.writeInt32LE(length, 0);
  header.writeInt32LE(requestId, 4);
  header.writeInt32LE(opCode, 12);
  return Buffer.concat([header, body]);
}

/** Section kind 0. */
export function bodySection(doc: Document): Buffer {
  return Buffer.concat([Buffer.from([0]), serialize(doc)]);
}

/** Section kind 1. */
export function sequenceSection(name: string, docs: readonly Document[]): Buffer {
  const content = Buffer.concat([Buffer.from(`${name}\0`), ...docs.map((doc) => serialize(doc))]);
  const head = Buffer.alloc(5, 1);
  head.writeInt32LE(content.length + 4, 1);
  return Buffer.concat([head, content]);
}

/** An OP_MSG of the given flags and sections, with a checksum when the flags say so. */
export function opMsg(sections: Buffer, requestId = 1, flags = 0): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32LE(flags >>> 0, 0);
  if ((flags & 1) === 0) return frame(2013, Buffer.concat([head, sections]), requestId);
  const message = frame(2013, Buffer.concat([head, sections, Buffer.alloc(4)]), requestId);
  message.writeUInt32LE(crc32c(message.subarray(0, -4)), message.length - 4);
  return message;
}

/** An OP_MSG that carries one command to `admin`. */
export function command(doc: Document, requestId = 1, flags = 0): Buffer {
  return opMsg(bodySection({ ...doc, $db: 'admin' }), requestId, flags);
}

/** An OP_QUERY for one document. */
export function opQuery(namespace: string, doc: Document, requestId = 1): Buffer {
  const numbers = Buffer.alloc(8);
  numbers.writeInt32LE(-1, 4);
  return frame(
    2004,
    Buffer.concat([Buffer.alloc(4), Buffer.from(`${namespace}\0`), numbers, serialize(doc)]),
    requestId,
  );
}
