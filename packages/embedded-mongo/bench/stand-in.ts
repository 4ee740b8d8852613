import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { deserialize, Long, serialize, Timestamp, type Document } from 'bson';
import { SERVICE_BATCH, SUMS } from './service-workload.js';
import { account, BATCH } from './workloads.js';

const HEADER = 16;
const OP_MSG = 2013;
const socketPath = process.argv[2] ?? '';

const time = { ok: 1, operationTime: new Timestamp({ t: 1, i: 1 }) };
const updated = (idx: number): Document => ({ ok: 1, idx, n: 1, nModified: 1 });
const inserted = (idx: number): Document => ({ ok: 1, idx, n: 1 });

/** The answer to a bulkWrite with these results, half of them, or a third, updates. */
function bulkReply(firstBatch: readonly Document[]): Document {
  const updates = firstBatch.filter(({ nModified }) => nModified === 1).length;
  return {
    cursor: { id: Long.ZERO, firstBatch, ns: 'admin.$cmd.bulkWrite' },
    nErrors: 0,
    nInserted: firstBatch.length - updates,
    nUpserted: 0,
    nMatched: updates,
    nModified: updates,
    nDeleted: 0,
    ...time,
  };
}

/** Of each three writes the middle one is an update. */
const bulkResults = Array.from({ length: 3 * BATCH }, (_, idx) =>
  idx % 3 === 1 ? updated(idx) : inserted(idx),
);
/** Updates, two lots of inserts, updates. */
const serviceResults = Array.from({ length: 4 * SERVICE_BATCH }, (_, idx) =>
  idx < SERVICE_BATCH || idx >= 3 * SERVICE_BATCH ? updated(idx) : inserted(idx),
);

/** What each command is answered, of the size that an engine's answer has. */
const replies = new Map<string, Document>([
  [
    'hello',
    {
      isWritablePrimary: true,
      hosts: [socketPath],
      setName: 'rs0',
      me: socketPath,
      primary: socketPath,
      maxBsonObjectSize: 16_777_216,
      maxMessageSizeBytes: 48_000_000,
      maxWriteBatchSize: 100_000,
      logicalSessionTimeoutMinutes: 30,
      minWireVersion: 0,
      maxWireVersion: 25,
      ...time,
    },
  ],
  ['find', { cursor: { firstBatch: [account('acc_1')], id: Long.ZERO, ns: 'bench.accounts' }, ...time }],
  ['update', { n: 1, nModified: 1, ...time }],
  ['insert', { n: 1, ...time }],
  ['commitTransaction', time],
  ['bulkWrite', bulkReply(bulkResults)],
]);
const canned = new Map([...replies].map(([name, reply]) => [name, framed(reply)]));
canned.set('ismaster', framed(replies.get('hello') ?? {}));
const serviceReply = framed(bulkReply(serviceResults));
const others = framed(time);

function framed(reply: Document): Buffer {
  const body = serialize(reply);
  const frame = Buffer.alloc(HEADER + 5 + body.length);
  frame.writeInt32LE(frame.length, 0);
  frame.writeInt32LE(OP_MSG, 12);
  frame.set(body, HEADER + 5);
  return frame;
}

function serverStatus(): Buffer {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  return framed({ ...time, extra_info: { user_time_us: userCPUTime, system_time_us: systemCPUTime } });
}

/** The command's name: the first field of the body section. */
function nameOf(frame: Buffer): string {
  // Flags (4 bytes), section kind (1), document length (4), the field's type (1).
  const start = HEADER + 10;
  return frame.toString('latin1', start, frame.indexOf(0, start));
}

/** The first find of a bulk transaction asks for 16 documents: it gets as many. */
function findReply(frame: Buffer): Buffer | undefined {
  const body = deserialize(frame.subarray(HEADER + 5));
  const filter = body['filter'] as { _id?: { $in?: string[] } };
  const ids = filter._id?.$in;
  if (ids === undefined) return undefined;
  return framed({ cursor: { firstBatch: ids.map(account), id: Long.ZERO, ns: 'bench.accounts' }, ...time });
}

const MANY = Buffer.from('$in\0', 'latin1');

/** The driver's first hello comes in the old form, and is answered in it. */
function oldHello(frame: Buffer): Buffer {
  const body = serialize(replies.get('hello') ?? {});
  const reply = Buffer.alloc(HEADER + 20 + body.length);
  reply.writeInt32LE(reply.length, 0);
  reply.writeInt32LE(frame.readInt32LE(4), 8);
  reply.writeInt32LE(1, 12);
  reply.writeInt32LE(1, HEADER + 16);
  reply.set(body, HEADER + 20);
  return reply;
}

function answer(socket: Socket, frame: Buffer): void {
  if (frame.readInt32LE(12) !== OP_MSG) {
    socket.write(oldHello(frame));
    return;
  }
  const name = nameOf(frame);
  let reply = name === 'serverStatus' ? serverStatus() : (canned.get(name) ?? others);
  if (name === 'find' && frame.includes(MANY)) reply = findReply(frame) ?? reply;
  if (name === 'bulkWrite' && frame.includes(SUMS)) reply = serviceReply;
  const copy = Buffer.from(reply);
  copy.writeInt32LE(frame.readInt32LE(4), 8);
  socket.write(copy);
}

rmSync(socketPath, { force: true });
createServer((socket) => {
  let held: Buffer = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    while (held.length >= HEADER && held.length >= held.readInt32LE(0)) {
      const length = held.readInt32LE(0);
      answer(socket, held.subarray(0, length));
      held = held.subarray(length);
    }
  });
}).listen(socketPath, () => {
  process.stdout.write(
    `the stand-in is ready: mongodb://${encodeURIComponent(socketPath)}/?directConnection=true\n`,
  );
});
process.on('SIGTERM', () => process.exit(0));
