import { ObjectId, type Collection, type Db, type Document } from 'mongodb';
import { startEngine, type TestEngine } from '../kit.js';
import { failure } from './failure.js';

const COUNT = 100_000;

let engine: TestEngine;
let db: Db;
let rows: Collection<{ _id: number; h: number; s: number; extra?: number }>;

beforeAll(async () => {
  engine = await startEngine();
  db = engine.client.db(`explain${new ObjectId().toHexString()}`);
  rows = db.collection('rows');
  for (let from = 0; from < COUNT; from += 10_000) {
    await rows.insertMany(
      Array.from({ length: 10_000 }, (_, i) => ({ _id: from + i, h: (from + i) % 2, s: from + i })),
    );
  }
  await rows.createIndex({ h: 1, s: -1 });
  await rows.createIndex({ s: 1 }, { unique: true });
});

afterAll(async () => {
  await engine.stop();
});

/** The stages of a plan, outermost first. */
function stagesOf(plan: Document): string[] {
  const inner = plan['inputStage'] as Document | undefined;
  return [plan['stage'] as string, ...(inner === undefined ? [] : stagesOf(inner))];
}

interface Figures {
  readonly stages: string[];
  readonly keys: number;
  readonly docs: number;
  readonly returned: number;
}

async function figures(explained: Promise<Document>): Promise<Figures> {
  const { queryPlanner, executionStats } = await explained;
  return {
    stages: stagesOf(queryPlanner.winningPlan as Document),
    keys: executionStats.totalKeysExamined as number,
    docs: executionStats.totalDocsExamined as number,
    returned: executionStats.nReturned as number,
  };
}

describe('explain', () => {
  it('shows that a sorted page costs a page', async () => {
    const page = rows.find({ h: 1 }).sort({ s: -1 }).limit(20).explain('executionStats');
    const { stages, keys, docs, returned } = await figures(page);
    expect(stages).toEqual(['LIMIT', 'FETCH', 'IXSCAN']);
    expect([keys <= 21, docs <= 21, returned]).toEqual([true, true, 20]);
  });

  it('names a look-up by _id, a unique look-up, a scan and a sort', async () => {
    expect(await figures(rows.find({ _id: 5 }).explain('executionStats'))).toEqual({
      stages: ['IDHACK'],
      keys: 1,
      docs: 1,
      returned: 1,
    });
    expect(await figures(rows.find({ s: 5 }).explain('executionStats'))).toEqual({
      stages: ['FETCH', 'IXSCAN'],
      keys: 1,
      docs: 1,
      returned: 1,
    });
    const scan = await figures(rows.find({ extra: 1 }).explain('executionStats'));
    expect(scan).toEqual({ stages: ['COLLSCAN'], keys: 0, docs: COUNT, returned: 0 });
    const sorted = rows
      .find({ h: 0, s: { $lt: 100 } })
      .sort({ extra: 1 })
      .explain('executionStats');
    expect(await figures(sorted)).toEqual({
      stages: ['SORT', 'FETCH', 'IXSCAN'],
      keys: 50,
      docs: 50,
      returned: 50,
    });
  });

  it('shows that a count reads keys alone', async () => {
    const counted = db.command({ explain: { count: 'rows', query: { h: 1 } }, verbosity: 'executionStats' });
    expect(await figures(counted)).toEqual({
      stages: ['COUNT', 'COUNT_SCAN'],
      keys: COUNT / 2,
      docs: 0,
      returned: 0,
    });
  });

  it('names the index, its direction and the namespace', async () => {
    const { queryPlanner } = await rows.find({ h: 1 }).sort({ s: 1 }).explain('queryPlanner');
    expect(queryPlanner.namespace).toBe(rows.namespace);
    expect(queryPlanner.winningPlan.inputStage).toMatchObject({
      indexName: 'h_1_s_-1',
      direction: 'backward',
      keyPattern: { h: 1, s: -1 },
    });
  });

  it('tells the plan alone when that is asked for', async () => {
    expect(await rows.find({ h: 1 }).explain('queryPlanner')).not.toHaveProperty('executionStats');
  });

  it('explains writes without writing', async () => {
    const explained = await db.command({
      explain: { update: 'rows', updates: [{ q: { _id: 5 }, u: { $set: { extra: 5 } } }] },
      verbosity: 'executionStats',
    });
    expect(stagesOf(explained['queryPlanner'].winningPlan as Document)).toEqual(['LIMIT', 'IDHACK']);
    expect(await rows.countDocuments({ extra: 5 })).toBe(0);
  });

  it('explains a pipeline by its leading query', async () => {
    const explained = await rows
      .aggregate([{ $match: { h: 1 } }, { $group: { _id: '$s' } }])
      .explain('queryPlanner');
    expect(stagesOf(explained['stages'][0].$cursor.queryPlanner.winningPlan as Document)).toEqual([
      'FETCH',
      'IXSCAN',
    ]);
    const query = await rows.aggregate([{ $match: { _id: 1 } }]).explain('queryPlanner');
    expect(stagesOf(query['queryPlanner'].winningPlan as Document)).toEqual(['IDHACK']);
  });

  it('refuses what cannot be explained', async () => {
    expect((await failure(db.command({ explain: { ping: 'rows' } }))).code).toBe(59);
    expect((await failure(db.command({ explain: { find: 'rows' }, verbosity: 'loud' }))).code).toBe(2);
  });
});

describe('a long scan', () => {
  it('ends when its time is up', async () => {
    const slow = rows
      .find({ $expr: { $eq: [{ $add: ['$s', 1] }, -1] } })
      .maxTimeMS(1)
      .toArray();
    expect((await failure(slow)).code).toBe(50);
  });

  it('leaves others their turn', async () => {
    const pingsMeanwhile = async (): Promise<number> => {
      let [pings, scanning] = [0, true];
      const slow = rows.find({ $expr: { $eq: [{ $add: ['$s', 1] }, -1] } }).toArray();
      const done = slow.finally(() => {
        scanning = false;
      });
      for (; scanning; pings += 1) await db.command({ ping: 1 });
      await done;
      return pings;
    };
    // Whoever is kept from asking by other work on the machine is not kept from it ten times.
    let most = 0;
    for (let tries = 0; most <= 3 && tries < 10; tries += 1) most = Math.max(most, await pingsMeanwhile());
    expect(most).toBeGreaterThan(3);
  });
});
