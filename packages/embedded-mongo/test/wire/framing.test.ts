import {
  bodySection,
  command,
  frame,
  opMsg,
  opQuery,
  sequenceSection,
  type RawClient,
} from './raw-client.js';
import { Served } from './served.js';

describe('framing', () => {
  let served: Served;
  let client: RawClient;

  beforeEach(async () => {
    served = await Served.start();
    client = await served.client();
  });

  afterEach(async () => {
    await served.stop();
    expect(served.faults).toEqual([]);
  });

  it('answers a command under its request id', async () => {
    client.send(command({ ping: 1 }, 77));
    expect(await client.answer()).toEqual({ responseTo: 77, opCode: 2013, doc: { name: 'ping', ok: 1 } });
    expect(served.requests[0]).toMatchObject({ db: 'admin', name: 'ping' });
  });

  it('answers requests sent at once in their order', async () => {
    client.send(...Array.from({ length: 50 }, (_, i) => command({ [`c${i}`]: 1 }, i)));
    for (let i = 0; i < 50; i++) {
      expect(await client.answer()).toMatchObject({ responseTo: i, doc: { name: `c${i}` } });
    }
  });

  it('reads a message that comes byte by byte', async () => {
    client.socket.setNoDelay(true);
    for (const byte of command({ ping: 1 }, 5)) {
      client.send(Buffer.from([byte]));
      await new Promise(setImmediate);
    }
    expect(await client.answer()).toMatchObject({ responseTo: 5 });
  });

  it('reads a message of several megabytes followed by a small one', async () => {
    const text = 'x'.repeat(5_000_000);
    const documents = [1, 2, 3].map((_id) => ({ _id, text }));
    const sections = [bodySection({ insert: 'c', $db: 'db' }), sequenceSection('documents', documents)];
    client.send(opMsg(Buffer.concat(sections)), command({ ping: 1 }, 2));
    expect(await client.answer()).toMatchObject({ doc: { name: 'insert' } });
    expect(await client.answer()).toMatchObject({ doc: { name: 'ping' } });
    expect(served.requests[0]!.body.get('documents')).toHaveLength(3);
  });

  it('gives no answer to moreToCome, and none to what is wrong in it', async () => {
    client.send(command({ first: 1 }, 1, 2), opMsg(Buffer.alloc(0), 2, 2), command({ second: 1 }, 3));
    expect(await client.answer()).toMatchObject({ responseTo: 3, doc: { name: 'second' } });
    expect(served.requests.map(({ name }) => name)).toEqual(['first', 'second']);
  });

  it('ignores exhaustAllowed and unknown optional flags', async () => {
    client.send(command({ ping: 1 }, 1, (1 << 16) | (1 << 31)));
    expect(await client.answer()).toMatchObject({ doc: { ok: 1 } });
  });

  it('takes a right checksum', async () => {
    client.send(command({ ping: 1 }, 1, 1));
    expect(await client.answer()).toMatchObject({ doc: { ok: 1 } });
  });

  it('answers a client that has closed its own side, then closes', async () => {
    client.socket.end(command({ ping: 1 }, 9));
    expect(await client.answer()).toMatchObject({ responseTo: 9 });
    expect(await client.answer()).toBeUndefined();
  });

  const wrongChecksum = command({ ping: 1 }, 1, 1);
  wrongChecksum.writeUInt32LE(1, wrongChecksum.length - 4);
  const tlsClientHello = Buffer.from('16030102000100' + '01fc0303'.repeat(16), 'hex');
  const fatal: [what: string, bytes: Buffer][] = [
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
    ['four bytes of HTTP', Buffer.from('POST')],
    ['a TLS client hello', tlsClientHello],
    ['zeros', Buffer.alloc(16)],
    ['a length of 15', frame(2013, Buffer.alloc(0), 1, 15)],
    ['a negative length', frame(2013, Buffer.alloc(0), 1, -1)],
    ['a length of 48,000,001', frame(2013, Buffer.alloc(0), 1, 48_000_001)],
    ['a length of 100 MB', frame(2013, Buffer.alloc(0), 1, 100_000_000)],
    ['an unknown opcode', frame(1, Buffer.alloc(8))],
    ['a compressed message', frame(2012, Buffer.alloc(64))],
    ['an old insert', frame(2002, Buffer.alloc(64))],
    ['a header only', frame(2013, Buffer.alloc(0))],
    ['an unknown required flag', command({ ping: 1 }, 1, 4)],
    ['a wrong checksum', wrongChecksum],
    ['a checksum that is not there', frame(2013, Buffer.from([1, 0, 0, 0]))],
    ['an OP_QUERY header only', frame(2004, Buffer.alloc(0))],
    ['an OP_QUERY without an end to its name', frame(2004, Buffer.alloc(40, 'a'))],
    ['an OP_QUERY without a query', frame(2004, Buffer.concat([Buffer.alloc(4), Buffer.from('a.$cmd\0')]))],
    ['an OP_QUERY to a collection', opQuery('db.c', { a: 1 })],
  ];

  it.each(fatal)('closes the connection on %s, and answers nothing', async (_, bytes) => {
    client.send(bytes);
    expect(await client.answer()).toBeUndefined();
    expect(served.requests).toEqual([]);
  });

  const body = bodySection({ ping: 1, $db: 'admin' });
  const cut = Buffer.from(body.subarray(0, -1));
  const broken = Buffer.from(body);
  broken[5] = 0x7a;
  let deep = {};
  for (let level = 0; level < 200; level++) deep = { a: deep };
  const docs = sequenceSection('documents', [{ a: 1 }]);
  const cutDocs = Buffer.from(docs);
  cutDocs[docs.length - 1] = 9;
  const longDocs = Buffer.from(docs);
  longDocs.writeInt32LE(5000, 1);
  const refused: [what: string, sections: Buffer, code: number][] = [
    ['no section', Buffer.alloc(0), 40587],
    ['a sequence without a body', docs, 40587],
    ['two bodies', Buffer.concat([body, body]), 40430],
    ['an unknown section kind', Buffer.concat([body, Buffer.from([2, 5, 0, 0, 0, 0])]), 40432],
    ['the same sequence twice', Buffer.concat([body, docs, docs]), 40431],
    ['an unknown sequence', Buffer.concat([body, sequenceSection('__proto__', [{}])]), 40415],
    ['a field twice', Buffer.concat([bodySection({ insert: 'c', documents: [], $db: 'd' }), docs]), 40433],
    ['no $db', bodySection({ ping: 1 }), 40571],
    ['a $db that is no string', bodySection({ ping: 1, $db: 1 }), 14],
    ['a body cut short', cut, 22],
    ['an unknown BSON type', broken, 22],
    ['a sequence longer than its message', Buffer.concat([body, longDocs]), 22],
    ['a broken document in a sequence', Buffer.concat([body, cutDocs]), 22],
    ['a stray byte', Buffer.concat([body, Buffer.from([0])]), 22],
    ['nesting of 202 levels', bodySection({ ping: 1, $db: 'admin', deep }), 15],
    ['100,001 documents', Buffer.concat([body, sequenceSection('ops', Array(100_001).fill({}))]), 16],
  ];

  it.each(refused)('refuses %s with an error, and goes on', async (_, sections, code) => {
    client.send(opMsg(sections, 8));
    expect(await client.answer()).toMatchObject({ responseTo: 8, doc: { ok: 0, code } });
    expect(served.requests).toEqual([]);
    client.send(command({ ping: 1 }, 9));
    expect(await client.answer()).toMatchObject({ responseTo: 9, doc: { ok: 1 } });
  });

  it('answers hello by OP_QUERY, wrapped or not, and no other command', async () => {
    client.send(opQuery('admin.$cmd', { ismaster: 1 }, 1));
    expect(await client.answer()).toEqual({ responseTo: 1, opCode: 1, doc: { name: 'ismaster', ok: 1 } });
    client.send(opQuery('admin.$cmd', { $query: { isMaster: 1 }, $readPreference: {} }, 2));
    expect(await client.answer()).toMatchObject({ responseTo: 2, doc: { name: 'isMaster' } });
    client.send(opQuery('admin.$cmd', { find: 'c' }, 3));
    expect(await client.answer()).toMatchObject({ responseTo: 3, opCode: 1, doc: { ok: 0, code: 352 } });
  });
});
