import { once } from 'node:events';
import { FrameBudget } from '../../src/wire/budget.js';
import { crc32c } from '../../src/wire/crc32c.js';
import type { Request } from '../../src/wire/request.js';
import { bodySection, command, frame, opMsg, sequenceSection, type RawClient } from './raw-client.js';
import { Served } from './served.js';

/** A promise that the test fulfils. */
function gate(): { open: () => void; opened: Promise<void> } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

const MB = 1024 * 1024;
const slow = { frameTimeoutMs: 60 };

describe('the flow of one connection', () => {
  let served: Served;
  afterEach(() => served.stop());

  it('closes a connection whose header does not become whole in time', async () => {
    served = await Served.start(undefined, slow);
    const client = await served.client();
    client.send(command({ ping: 1 }).subarray(0, 10));
    await client.closedByServer();
    expect(served.requests).toEqual([]);
  });

  it('closes a connection that stalls in the middle of a message', async () => {
    served = await Served.start(undefined, slow);
    const client = await served.client();
    client.send(command({ ping: 1 }).subarray(0, 30));
    await client.closedByServer();
    expect(served.requests).toEqual([]);
  });

  it('keeps idle connections and those whose command takes long', async () => {
    const { open, opened } = gate();
    served = await Served.start(({ name }) => opened.then(() => ({ name, ok: 1 })), slow);
    const [idle, busy, stalled] = await Promise.all([served.client(), served.client(), served.client()]);
    busy.send(command({ long: 1 }));
    stalled.send(Buffer.alloc(3));
    await stalled.closedByServer();
    open();
    expect(await busy.answer()).toMatchObject({ doc: { name: 'long' } });
    idle.send(command({ ping: 1 }));
    expect(await idle.answer()).toMatchObject({ doc: { name: 'ping' } });
  });

  it('runs no further request of a client that does not read, and closes it in the end', async () => {
    // More than the system takes for a client by itself.
    const big = 'x'.repeat(12 * MB);
    served = await Served.start(() => ({ big, ok: 1 }), { replyTimeoutMs: 200 });
    const client = await served.client();
    client.socket.pause();
    client.send(...Array.from({ length: 20 }, (_, i) => command({ get: 1 }, i)));
    const other = await served.client();
    other.send(command({ get: 1 }));
    await other.answer();
    while (served.server.counts.current > 1) await new Promise(setImmediate);
    expect(served.requests.filter(({ connection }) => connection.id === 1)).toHaveLength(1);
  });

  it('reads no more from a client while its request waits for its turn', async () => {
    const { open, opened } = gate();
    served = await Served.start(({ name }) => opened.then(() => ({ name, ok: 1 })));
    const client = await served.client();
    const flood = Buffer.alloc(32 * MB);
    const one = command({ ping: 1 });
    const count = Math.floor(flood.length / one.length);
    for (let i = 0; i < count; i++) flood.set(one, i * one.length);
    client.socket.write(flood.subarray(0, count * one.length));
    const other = await served.client();
    other.send(command({ ping: 1 }));
    while (served.requests.length < 2) await new Promise(setImmediate);
    expect(client.socket.writableLength).toBeGreaterThan(16 * MB);
    client.destroy();
    open();
    await other.answer();
  });

  it('tells a running command that its client has gone', async () => {
    let running: Request | undefined;
    const { open, opened } = gate();
    served = await Served.start((request) => {
      running = request;
      open();
      return new Promise((resolve) =>
        request.connection.closed.addEventListener('abort', () => resolve({ ok: 1 })),
      );
    });
    const client = await served.client();
    client.send(command({ long: 1 }));
    await opened;
    expect(running!.connection.closed.aborted).toBe(false);
    client.destroy();
    await once(running!.connection.closed, 'abort');
  });

  it('lets a command close its connection unanswered', async () => {
    served = await Served.start(({ connection }) => {
      connection.close();
      return { ok: 1 };
    });
    const client = await served.client();
    client.send(command({ ping: 1 }));
    expect(await client.answer()).toBeUndefined();
  });

  it('answers an error of the engine itself, and reports it', async () => {
    served = await Served.start(({ name }) => {
      if (name === 'bad') throw new RangeError('inner detail');
      return { ok: 1 };
    });
    const client = await served.client();
    client.send(command({ bad: 1 }), command({ good: 1 }));
    expect(await client.answer()).toMatchObject({ doc: { ok: 0, code: 1, codeName: 'InternalError' } });
    expect(await client.answer()).toMatchObject({ doc: { ok: 1 } });
    expect(served.faults).toEqual([new RangeError('inner detail')]);
  });

  it('survives clients that vanish at any point', async () => {
    served = await Served.start(async () => {
      await new Promise(setImmediate);
      return { big: 'x'.repeat(MB), ok: 1 };
    });
    const bytes = Buffer.concat([command({ a: 1 }), command({ b: 1 })]);
    for (let cut = 0; cut <= bytes.length; cut += 7) {
      const client = await served.client();
      client.send(bytes.subarray(0, cut));
      await new Promise(setImmediate);
      client.socket.resetAndDestroy();
    }
    const client = await served.client();
    client.send(command({ ping: 1 }));
    expect(await client.answer()).toMatchObject({ doc: { ok: 1 } });
    expect(served.faults).toEqual([]);
  });
});

describe('the memory of messages not yet whole', () => {
  const large = opMsg(
    Buffer.concat([
      bodySection({ insert: 'c', $db: 'd' }),
      sequenceSection('documents', [{ a: 'x'.repeat(MB) }]),
    ]),
  );

  it('is shared: large messages wait for room, small ones pass, and all are served', async () => {
    const served = await Served.start(undefined, { partialBytes: 2 * MB });
    const first = await served.client();
    first.send(large.subarray(0, 100_000));
    const second = await served.client();
    second.send(large.subarray(0, 100_000));
    second.send(large.subarray(100_000));
    const third = await served.client();
    const ping = command({ ping: 1 });
    third.send(ping.subarray(0, 20));
    await new Promise(setImmediate);
    third.send(ping.subarray(20));
    expect(await third.answer()).toMatchObject({ doc: { name: 'ping' } });
    expect(served.requests).toHaveLength(1);
    first.send(large.subarray(100_000));
    expect(await first.answer()).toMatchObject({ doc: { name: 'insert' } });
    expect(await second.answer()).toMatchObject({ doc: { name: 'insert' } });
    await served.stop();
  });

  it('comes back from clients that stall or vanish', async () => {
    const served = await Served.start(undefined, { partialBytes: 2 * MB, frameTimeoutMs: 100 });
    const stalled = await served.client();
    stalled.send(large.subarray(0, 100_000));
    const vanished = await served.client();
    vanished.send(large.subarray(0, 100_000));
    vanished.destroy();
    // Whoever stands still for a tenth of a second is closed as well, and may come again.
    let answer: Awaited<ReturnType<RawClient['answer']>>;
    for (let tries = 0; answer === undefined && tries < 20; tries += 1) {
      const last = await served.client();
      last.send(large);
      answer = await last.answer();
    }
    expect(answer).toMatchObject({ doc: { name: 'insert' } });
    await served.stop();
  });

  it('is not handed out beyond the budget', async () => {
    const served = await Served.start(undefined, { partialBytes: 64 * MB });
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 20; i++) {
      const client = await served.client();
      client.send(frame(2013, Buffer.alloc(1000), i, 30 * MB));
    }
    const last = await served.client();
    last.send(command({ ping: 1 }));
    await last.answer();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * MB);
    await served.stop();
  });

  it('is given in the order of asking', () => {
    const budget = new FrameBudget(16 * MB);
    const granted: string[] = [];
    const claim = (name: string, mb: number) => ({ bytes: mb * MB, granted: () => void granted.push(name) });
    const [a, b, c, d] = [claim('a', 10), claim('b', 10), claim('c', 1), claim('d', 14)];
    expect([a, b, c, d].map((each) => budget.take(each))).toEqual([true, false, false, false]);
    budget.release(b);
    expect(granted).toEqual(['c']);
    budget.release(a);
    expect(granted).toEqual(['c']);
    budget.release(c);
    expect(granted).toEqual(['c', 'd']);
  });
});

describe('closing a server', () => {
  it('answers the commands under way, and takes no more', async () => {
    const { open, opened } = gate();
    const served = await Served.start(({ name }) => opened.then(() => ({ name, ok: 1 })));
    const [busy, idle] = await Promise.all([served.client(), served.client()]);
    busy.send(command({ first: 1 }), command({ second: 1 }));
    while (served.requests.length < 1) await new Promise(setImmediate);
    const closed = served.server.close();
    await idle.closedByServer();
    open();
    expect(await busy.answer()).toMatchObject({ doc: { name: 'first' } });
    expect(await busy.answer()).toBeUndefined();
    await closed;
    await expect(served.client()).rejects.toThrow('ECONNREFUSED');
  });

  it('waits no longer than the grace time', async () => {
    const served = await Served.start(() => new Promise(() => undefined));
    const client = await served.client();
    client.send(command({ endless: 1 }));
    while (served.requests.length < 1) await new Promise(setImmediate);
    await served.server.close(10);
    expect(await client.answer()).toBeUndefined();
  });
});

describe('listening', () => {
  it.each(['0.0.0.0', '::', '192.168.1.2', 'example.org', ''])('refuses %j: loopback only', async (host) => {
    const served = await Served.start();
    await expect(served.server.listen({ port: 0, host })).rejects.toThrow('loopback');
    await served.stop();
  });

  it('names ::1 in brackets', async () => {
    const served = await Served.start();
    expect(await served.server.listen({ port: 0, host: '::1' })).toMatch(/^\[::1\]:\d+$/);
    await served.stop();
  });

  it.each(['/tmp/engine', `/tmp/${'x'.repeat(100)}.sock`])('refuses the socket path %s', async (socket) => {
    const served = await Served.start();
    await expect(served.server.listen({ socket })).rejects.toThrow('path of a socket');
    await served.stop();
  });

  it('says when the port is in use', async () => {
    const served = await Served.start();
    const port = Number(served.address.split(':')[1]);
    await expect(served.server.listen({ port })).rejects.toThrow('EADDRINUSE');
    await served.stop();
  });
});

it('CRC-32C gives the published check values', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
});
