import type { Document } from 'bson';
import { randomOf } from '../isolation/random.js';
import {
  bodySection,
  command,
  frame,
  opMsg,
  opQuery,
  sequenceSection,
  type RawClient,
} from '../wire/raw-client.js';
import { WatchedEngine } from './watched.js';

const INTERNAL_ERROR = 1;
/** MB: half of what messages that are not complete may take together, of which there is but one at a time here. */
const MOST_GROWTH = 128;

function deep(levels: number): Document {
  let doc: Document = {};
  for (let level = 0; level < levels; level += 1) doc = { a: doc };
  return doc;
}

const inDb = (doc: Document): Buffer => opMsg(bodySection({ ...doc, $db: 'hostile' }));

/** Messages as drivers send them, to be spoiled. */
const valid: readonly Buffer[] = [
  command({ ping: 1 }),
  command({ hello: 1, client: { driver: { name: 'x' } } }),
  opQuery('admin.$cmd', { ismaster: 1 }),
  inDb({ find: 'c', filter: { a: { $gt: 1, $in: [1, 'x', null] }, b: /x+/i }, sort: { a: -1 }, limit: 5 }),
  inDb({ find: 'c', filter: { $or: [{ a: 1 }, { 'b.c': { $elemMatch: { d: 1 } } }] }, projection: { a: 1 } }),
  inDb({ insert: 'c', documents: [{ _id: 1, a: 'text', when: new Date(0), deep: deep(20) }] }),
  inDb({
    update: 'c',
    updates: [{ q: { a: 1 }, u: { $set: { 'b.c': [1] }, $inc: { n: 1 } }, upsert: true }],
  }),
  inDb({ delete: 'c', deletes: [{ q: { n: { $lt: -5 } }, limit: 1 }] }),
  inDb({
    aggregate: 'c',
    pipeline: [{ $match: { a: 1 } }, { $group: { _id: '$a', n: { $sum: 1 } } }],
    cursor: {},
  }),
  inDb({ findAndModify: 'c', query: { _id: 1 }, update: { $push: { l: 1 } }, new: true }),
  inDb({ createIndexes: 'c', indexes: [{ key: { a: 1 }, name: 'a_1' }] }),
  opMsg(
    Buffer.concat([
      bodySection({ insert: 'c', ordered: false, $db: 'hostile' }),
      sequenceSection('documents', [{ a: 1 }, { b: [1, { c: 'x' }] }]),
    ]),
    7,
    1,
  ),
];

/** Changes a few bytes, cuts, repeats or joins a message; at times with a length that fits again. */
function spoiled(random: (below: number) => number): Buffer {
  let bytes = Buffer.from(valid[random(valid.length)]!);
  for (let changes = 1 + random(4); changes > 0; changes -= 1) {
    const at = 16 + random(Math.max(1, bytes.length - 16));
    const choice = random(5);
    if (choice < 2) bytes[at % bytes.length] = random(256);
    else if (choice === 2) bytes[at % bytes.length] = bytes[at % bytes.length]! ^ (1 << random(8));
    else if (choice === 3) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(8))]);
    else bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(16 + random(at)), bytes.subarray(at)]);
  }
  if (random(20) > 0 && bytes.length >= 16) bytes.writeInt32LE(bytes.length, 0);
  return bytes;
}

describe('an engine that is sent bytes of strangers', () => {
  let watched: WatchedEngine;
  let client: RawClient;
  let before = 0;

  beforeAll(async () => {
    watched = await WatchedEngine.start();
    client = await watched.raw();
    before = watched.privateMemory();
  });

  afterEach(() => {
    const growth = watched.privateMemory() - before;
    process.stderr.write(`bytes of strangers: ${growth.toFixed(0)} MB of private memory more\n`);
    expect(growth).toBeLessThan(MOST_GROWTH);
  });

  afterAll(async () => {
    client.destroy();
    await watched.stop();
  });

  /** Sends a message and another after it; gives the answers up to that of the other, or until the connection closes. */
  async function answersTo(bytes: Buffer): Promise<Document[]> {
    if (client.closed) client = await watched.raw();
    client.send(bytes, command({ ping: 1 }, 999_999));
    // Where bytes are missing, the message that follows is taken for them; the end then shows that no more will come.
    client.socket.end();
    const answers: Document[] = [];
    for (;;) {
      const answer = await client.answer();
      if (answer === undefined || answer.responseTo === 999_999) break;
      answers.push(answer.doc);
    }
    client.destroy();
    await client.closedByServer();
    return answers;
  }

  it('answers with an error or closes, whatever is changed in good messages', async () => {
    const random = randomOf(20);
    for (let turn = 0; turn < 2500; turn += 1) {
      const bytes = spoiled(random);
      for (const answer of await answersTo(bytes)) {
        // A fault of the engine's own would be told by this code.
        if (answer['code'] === INTERNAL_ERROR) throw new Error(`a fault for ${bytes.toString('hex')}`);
      }
    }
    await watched.expectUnharmed();
  });

  it('closes on random bytes, HTTP, TLS and lengths of 100 MB', async () => {
    const random = randomOf(21);
    const noise = Array.from({ length: 300 }, () =>
      Buffer.from(Array.from({ length: 1 + random(300) }, () => random(256))),
    );
    const others = [
      Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'),
      Buffer.from('16030102000100' + '01fc0303'.repeat(16), 'hex'),
      frame(2013, Buffer.alloc(64), 1, 100_000_000),
      frame(2013, Buffer.alloc(64), 1, -5),
      frame(2013, Buffer.alloc(64), 1, 0),
      frame(2012, Buffer.alloc(64)),
    ];
    for (const bytes of [...noise, ...others]) {
      for (const answer of await answersTo(bytes)) expect(answer['code']).not.toBe(INTERNAL_ERROR);
    }
    await watched.expectUnharmed();
  });
});
