import { readFileSync } from 'node:fs';
import { Binary, type Collection } from 'mongodb';
import { startEngine, type TestEngine } from '../kit.js';

interface Row {
  _id: number;
  n: number;
  g: number;
  filling: Binary;
}

/** What the engine's process may take for JavaScript objects, in MB. */
const HEAP_MB = 64;
const FILLING = 8 * 1024;
const ROWS = 60_000;
const MB = 1024 * 1024;
/** The most private memory while it works; at rest it takes about 90 MB. The collection is more than twice as large. */
const MOST_PRIVATE = 224 * MB;
const BATCH = 500;

/** The private memory of a process, in bytes: not the data file, which is mapped and belongs to the system. */
function privateMemory(pid: number): number {
  const [, kilobytes] =
    /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

describe('a collection several times as large as the memory of the engine', () => {
  let engine: TestEngine;
  let rows: Collection<Row>;
  let most = 0;
  let watch: NodeJS.Timeout;
  const peaks: string[] = [];

  beforeAll(async () => {
    engine = await startEngine({ env: { NODE_OPTIONS: `--max-old-space-size=${String(HEAP_MB)}` } });
    rows = engine.client.db('large').collection<Row>('rows');
    watch = setInterval(() => {
      most = Math.max(most, privateMemory(engine.pid));
    }, 20);
  });
  afterAll(async () => {
    clearInterval(watch);
    console.log(peaks.join('\n'));
    await engine.stop();
  });
  afterEach(() => {
    peaks.push(`${String(expect.getState().currentTestName)}: ${String(Math.round(most / MB))} MB`);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(MOST_PRIVATE);
    most = 0;
  });

  it('is written', async () => {
    for (let at = 0; at < ROWS; at += BATCH) {
      const batch = Array.from({ length: BATCH }, (_, i): Row => {
        const _id = at + i;
        return { _id, n: (_id * 7919) % ROWS, g: _id % 100, filling: new Binary(Buffer.alloc(FILLING, _id)) };
      });
      await rows.insertMany(batch);
    }
    const { dataSize } = await engine.client.db('large').command({ dbStats: 1 });
    expect(dataSize).toBeGreaterThan(2 * MOST_PRIVATE);
  });

  it('is scanned through a cursor, whole documents', async () => {
    let seen = 0;
    for await (const { _id, filling } of rows.find().batchSize(1000)) {
      expect(filling.buffer[0]).toBe(_id % 256);
      seen += 1;
    }
    expect(seen).toBe(ROWS);
  });

  it('is counted by a filter that no index knows', async () => {
    expect(await rows.countDocuments({ g: { $in: [3, 50] } })).toBe(ROWS / 50);
  });

  it('is indexed', async () => {
    expect(await rows.createIndex({ n: 1 })).toBe('n_1');
  });

  it('is sorted by an index', async () => {
    let next = 0;
    for await (const { n } of rows.find({}, { projection: { n: 1 } }).sort({ n: 1 })) {
      expect(n).toBe(next);
      next += 1;
    }
    expect(next).toBe(ROWS);
  });

  it('is grouped', async () => {
    const groups = await rows.aggregate([{ $group: { _id: '$g', sum: { $sum: '$n' } } }]).toArray();
    expect(groups.reduce((sum, group) => sum + (group['sum'] as number), 0)).toBe((ROWS * (ROWS - 1)) / 2);
  });

  it('is updated', async () => {
    expect((await rows.updateMany({}, { $inc: { g: 1000 } })).modifiedCount).toBe(ROWS);
    expect(await rows.countDocuments({ g: { $gte: 1000 } })).toBe(ROWS);
  });

  it('is emptied', async () => {
    expect((await rows.deleteMany({ n: { $gte: 100 } })).deletedCount).toBe(ROWS - 100);
    expect(await rows.countDocuments({ g: { $gte: 1000 } })).toBe(100);
  });
});
