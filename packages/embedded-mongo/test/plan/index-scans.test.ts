import type { Doc } from '../../src/bson/types.js';
import { RowScan } from '../../src/query/execute/scan.js';
import { TimeSlice } from '../../src/query/execute/slice.js';
import { ScanResults } from '../../src/query/execute/execute.js';
import { compileFilter } from '../../src/query/match/match.js';
import { QueryMemory } from '../../src/query/memory.js';
import { planQuery } from '../../src/query/plan/plan.js';
import type { Collection } from '../../src/storage/collection.js';
import { doc, type Plain } from '../query/notation.js';
import { addIndex, collectionWith, indexOn, indexesUsed, viewOf } from './memory-collection.js';

type PlainDoc = Readonly<Record<string, Plain>>;

const memory = new QueryMemory(Infinity);

describe('what a page costs', () => {
  const docs: Doc[] = Array.from({ length: 400 }, (_, i) =>
    doc({ _id: i, h: 1, d: Math.floor(i / 3), s: i }),
  );

  async function page(
    filter: PlainDoc,
    sort: PlainDoc,
  ): Promise<{ ids: unknown[]; keys: number; docs: number }> {
    const { collection, scan, results } = prepare(filter, sort);
    const batch = await results.nextBatch(
      collection.view,
      20,
      new TimeSlice({ checkInterrupt: () => undefined }),
    );
    const ids = batch.docs.map(({ bytes }) => Buffer.from(bytes).readInt32LE(9));
    return { ids, keys: scan.keysExamined, docs: scan.docsExamined };
  }

  function prepare(filter: PlainDoc, sort: PlainDoc) {
    const stored: Collection = collectionWith();
    const view = viewOf(stored, docs);
    addIndex(
      view,
      stored,
      indexOn(1, [
        ['h', 1],
        ['d', -1],
        ['s', -1],
      ]),
      docs,
    );
    const chosen = planQuery(stored, doc(filter), { sort: doc(sort) });
    expect(chosen.sorted).toBe(true);
    const scan = new RowScan(stored, chosen, compileFilter(doc(filter)));
    return { collection: { view }, scan, results: new ScanResults(scan, { skip: 0, limit: 20 }, memory) };
  }

  it('is the page, not the collection', async () => {
    const found = await page({ h: 1 }, { d: -1, s: -1 });
    expect(found.ids).toEqual(Array.from({ length: 20 }, (_, i) => 399 - i));
    expect(found.keys).toBeLessThanOrEqual(21);
    expect(found.docs).toBeLessThanOrEqual(21);
  });

  it('stays so from the middle, by an $or that says where to go on', async () => {
    const place = { $or: [{ d: { $lt: 66 } }, { d: 66, s: { $lt: 199 } }] };
    const found = await page({ h: 1, ...place }, { d: -1, s: -1 });
    expect(found.ids).toEqual(Array.from({ length: 20 }, (_, i) => 198 - i));
    expect(found.keys).toBeLessThanOrEqual(21);
  });
});

describe('arrays', () => {
  it('let one only of two paths through them bound the range', async () => {
    const docs = [
      doc({
        _id: 1,
        d: [
          { x: 1, y: 3 },
          { x: 0, y: 2 },
        ],
      }),
    ];
    const collection = collectionWith();
    const view = viewOf(collection, docs);
    addIndex(
      view,
      collection,
      indexOn(1, [
        ['d.x', 1],
        ['d.y', 1],
      ]),
      docs,
    );
    const filter = doc({ 'd.x': 1, 'd.y': 2 });
    const chosen = planQuery(collection, filter);
    expect(indexesUsed(chosen)).toBe('d.x_1_d.y_1');
    const scan = new RowScan(collection, chosen, compileFilter(filter));
    const results = new ScanResults(scan, { skip: 0, limit: 0 }, memory);
    const batch = await results.nextBatch(view, 9, new TimeSlice({ checkInterrupt: () => undefined }));
    expect(batch.docs).toHaveLength(1);
  });

  it('leave the order, and both ends, of the fields beside them', async () => {
    const docs: Doc[] = Array.from({ length: 400 }, (_, i) =>
      doc({ _id: i, h: 1, p: [{ e: 0 }, { e: i % 4 }], d: Math.floor(i / 3), s: i }),
    );
    const collection = collectionWith();
    const view = viewOf(collection, docs);
    const key = ['h', 'p.e', 'd', 's'].map((path): [string, 1] => [path, 1]);
    addIndex(view, collection, indexOn(1, key), docs);
    const slice = new TimeSlice({ checkInterrupt: () => undefined });
    for (const [e, step] of [
      [0, 1],
      [3, 4],
    ] as const) {
      const filter = doc({ h: 1, 'p.e': e, d: { $gte: 30, $lte: 90 } });
      for (const direction of [1, -1]) {
        const chosen = planQuery(collection, filter, { sort: doc({ d: direction, s: direction }) });
        expect(chosen.sorted).toBe(true);
        const scan = new RowScan(collection, chosen, compileFilter(filter));
        const { docs: found } = await new ScanResults(scan, { skip: 0, limit: 5 }, memory).nextBatch(
          view,
          5,
          slice,
        );
        const first = direction === 1 ? (e === 0 ? 90 : 91) : e === 0 ? 272 : 271;
        const wanted = Array.from({ length: 5 }, (_, i) => first + direction * step * i);
        expect(found.map(({ bytes }) => Buffer.from(bytes).readInt32LE(9))).toEqual(wanted);
        expect(scan.keysExamined).toBeLessThanOrEqual(6);
      }
    }
    expect(planQuery(collection, doc({ h: 1, 'p.e': 0 }), { sort: doc({ 'p.e': 1 }) }).sorted).toBe(false);
  });

  it('that come into an index between two batches are found once, and checked', async () => {
    const collection = collectionWith();
    const docs = [doc({ _id: 1, a: 1 }), doc({ _id: 2, a: 2 })];
    const view = viewOf(collection, docs);
    addIndex(view, collection, indexOn(1, [['a', 1]]), docs);
    const filter = doc({ a: { $gt: 0, $lt: 9 } });
    const scan = new RowScan(collection, planQuery(collection, filter), compileFilter(filter));
    const results = new ScanResults(scan, { skip: 0, limit: 0 }, memory);
    const slice = new TimeSlice({ checkInterrupt: () => undefined });
    expect((await results.nextBatch(view, 1, slice)).docs).toHaveLength(1);
    const later = viewOf(collection, [...docs, doc({ _id: 3, a: [3, 4, 5] })]);
    expect((await results.nextBatch(later, 9, slice)).docs).toHaveLength(2);
  });
});
