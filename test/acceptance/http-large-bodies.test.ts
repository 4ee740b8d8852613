import { connect, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { startService, type TestService } from '../kit/service.js';

const MIB = 1_048_576;

let service: TestService;
beforeAll(async () => void (service = await startService()));
afterAll(() => service.stop());

/** A connection, and what has come back on it. */
class Client {
  answer = '';
  readonly closed: Promise<void>;
  private constructor(private readonly socket: Socket) {
    socket.setEncoding('utf8').on('data', (text: string) => (this.answer += text));
    // A connection that is cut ends with an error, or without one: whichever comes first.
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => socket.on('close', () => resolve()));
  }

  static open = () => new Client(connect(Number(new URL(service.url).port), '127.0.0.1'));

  /** Writes all of it, without a look at what is answered meanwhile; false when the connection is cut before. */
  write(bytes: string | Buffer): Promise<boolean> {
    return new Promise((resolve) => this.socket.write(bytes, (error) => resolve(!error)));
  }

  async answered(part: string): Promise<void> {
    while (!this.answer.includes(part) && !this.socket.closed) await turn();
    expect(this.answer).toContain(part);
  }

  close(): void {
    this.socket.destroy();
  }
}

const headOf = (size: string) =>
  `POST /users/signup HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${size}\r\n\r\n`;

describe('a body that is too large', () => {
  it.each([
    ['announced', headOf(`Content-Length: ${20 * MIB}`), '', ''],
    ['in chunks', headOf('Transfer-Encoding: chunked'), `${(20 * MIB).toString(16)}\r\n`, '\r\n0\r\n\r\n'],
  ])(
    '%s: is answered 413 also to who sends all of it first, and the connection goes on',
    async (_, head, before, after) => {
      const client = Client.open();
      expect(await client.write(head + before)).toBe(true);
      expect(await client.write(Buffer.alloc(20 * MIB, 32))).toBe(true);
      await client.write(`${after}GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n`);
      await client.answered('"status":"ok"');
      expect(client.answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200']);
      expect(client.answer).toContain('"code":"payload_too_large"');
      client.close();
    },
  );

  it('without an end is answered, and cut off after 64 MiB more', async () => {
    const client = Client.open();
    await client.write(headOf(`Content-Length: ${1_000 * MIB}`));
    await client.answered('"code":"payload_too_large"');
    let sent = 0;
    while (await client.write(Buffer.alloc(MIB, 32))) sent += 1;
    expect(sent).toBeGreaterThanOrEqual(64);
    expect(sent).toBeLessThan(200);
    await client.closed;
  });
});
