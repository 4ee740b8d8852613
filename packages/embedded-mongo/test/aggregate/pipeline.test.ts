import { ObjectId } from 'bson';
import { compilePipeline } from '../../src/aggregate/pipeline.js';
import type { Doc } from '../../src/bson/types.js';
import { EngineError } from '../../src/errors.js';
import { compileVariables } from '../../src/query/expression/variables.js';
import { decimal, doc, double, expectIdentical } from '../query/notation.js';
import { check, collect, run, work, type PlainDoc } from './pipelines.js';

describe('the leading stages', () => {
  it('are what a query does as well', () => {
    const { leading, isQueryOnly } = compilePipeline(
      [{ $match: { a: 1 } }, { $sort: { b: 1 } }, { $skip: 2 }, { $limit: 5n }].map(doc),
    );
    expect(leading).toEqual({ filter: doc({ a: 1 }), sort: doc({ b: 1 }), skip: 2, limit: 5 });
    expect(isQueryOnly).toBe(true);
  });

  it('join several filters and end where the order differs', () => {
    const { leading, isQueryOnly } = compilePipeline(
      [{ $match: { a: 1 } }, { $match: { b: 1 } }, { $limit: 2 }, { $skip: 1 }].map(doc),
    );
    expect(leading).toEqual({
      filter: doc({ $and: [{ a: 1 }, { b: 1 }] }),
      sort: undefined,
      skip: 0,
      limit: 2,
    });
    expect(isQueryOnly).toBe(false);
    expect(compilePipeline([]).leading).toEqual({
      filter: new Map(),
      sort: undefined,
      skip: 0,
      limit: undefined,
    });
  });
});

describe('stages', () => {
  const rows = [3, 1, 2, 5, 4].map((n) => ({ n }));

  it('$match, $sort, $skip, $limit, $count', async () => {
    await check([{ $match: { n: { $gt: 2 } } }], rows, [{ n: 3 }, { n: 5 }, { n: 4 }]);
    await check([{ $sort: { n: -1 } }, { $limit: 2 }], rows, [{ n: 5 }, { n: 4 }]);
    await check([{ $sort: { n: 1 } }, { $skip: 3 }], rows, [{ n: 4 }, { n: 5 }]);
    await check([{ $skip: 9 }], rows, []);
    await check([{ $limit: 1 }], rows, [{ n: 3 }]);
    await check([{ $count: 'many' }], rows, [{ many: 5 }]);
    await check([{ $count: 'many' }], [], []);
  });

  it('keep their order over many batches', async () => {
    const many = Array.from({ length: 5000 }, (_, i) => ({ n: (i * 7919) % 5000, i }));
    const sorted = await run([{ $sort: { n: 1 } }], many);
    expect(sorted.map((each) => Number(each.get('n')))).toEqual(many.map((_, i) => i));
    await check([{ $sort: { n: 1 } }, { $skip: 4998 }, { $project: { n: 1 } }], many, [
      { n: 4998 },
      { n: 4999 },
    ]);
    const limited = await run([{ $skip: 300 }, { $limit: 600 }], many);
    expect(limited.map((each) => Number(each.get('i')))).toEqual(
      Array.from({ length: 600 }, (_, i) => i + 300),
    );
  });

  it('$limit asks for no more than it needs', async () => {
    let asked = 0;
    const endless = function* (): Generator<Doc> {
      for (;;) {
        asked += 1;
        yield doc({ n: asked });
      }
    };
    const pipeline = compilePipeline([doc({ $unset: 'x' }), doc({ $limit: 3 })]);
    expect(await collect(pipeline.rest(endless(), work()))).toHaveLength(3);
    expect(asked).toBeLessThan(1000);
  });

  it('$project, $addFields, $set, $unset', async () => {
    const rich = [{ _id: 1, a: 1, b: { c: [{ d: 1 }, { d: 2 }] } }];
    await check([{ $project: { a: 1 } }], rich, [{ _id: 1, a: 1 }]);
    await check([{ $project: { _id: 0, s: { $slice: ['$b.c.d', 1] } } }], rich, [{ s: [1] }]);
    await check([{ $project: { b: 0 } }], rich, [{ _id: 1, a: 1 }]);
    await check([{ $addFields: { a: { $add: ['$a', 1] }, e: '$a' } }], rich, [{ ...rich[0], a: 2, e: 1 }]);
    await check([{ $set: { 'b.c.e': '$a' } }], rich, [
      {
        _id: 1,
        a: 1,
        b: {
          c: [
            { d: 1, e: 1 },
            { d: 2, e: 1 },
          ],
        },
      },
    ]);
    await check([{ $set: { b: { x: 5 }, z: {}, y: 0 } }], rich, [
      { _id: 1, a: 1, b: { c: [{ d: 1 }, { d: 2 }], x: 5 }, z: {}, y: 0 },
    ]);
    await check([{ $set: { a: '$$REMOVE' } }, { $unset: ['b.c', '_id'] }], rich, [{ b: {} }]);
    await check([{ $unset: 'b' }], rich, [{ _id: 1, a: 1 }]);
  });

  it('$group', async () => {
    const sales: PlainDoc[] = [
      { k: 'a', n: 1, d: decimal('0.1') },
      { k: 'b', n: 2 },
      { k: 'a', n: 9007199254740993n, d: decimal('0.2') },
      { n: 5, k: null },
      { n: 6 },
    ];
    await check([{ $group: { _id: 1, n: { $sum: 1 } } }], sales, [{ _id: 1, n: 5 }]);
    await check([{ $group: { _id: null, n: { $sum: 1 } } }], [], []);
    await check(
      [
        {
          $group: {
            _id: '$k',
            n: { $sum: '$n' },
            d: { $sum: '$d' },
            all: { $push: '$d' },
            c: { $count: {} },
          },
        },
      ],
      sales,
      [
        { _id: 'a', n: 9007199254740994n, d: decimal('0.3'), all: [decimal('0.1'), decimal('0.2')], c: 2 },
        { _id: 'b', n: 2, d: 0, all: [], c: 1 },
        { _id: null, n: 11, d: 0, all: [], c: 2 },
      ],
    );
    await check(
      [
        {
          $group: {
            _id: {},
            low: { $min: '$n' },
            high: { $max: '$n' },
            first: { $first: '$k' },
            last: { $last: '$k' },
            mean: { $avg: '$d' },
            set: { $addToSet: '$k' },
          },
        },
      ],
      sales,
      [
        {
          _id: {},
          low: 1,
          high: 9007199254740993n,
          first: 'a',
          last: null,
          mean: decimal('0.15'),
          set: ['a', 'b', null],
        },
      ],
    );
    await check(
      [{ $group: { _id: '$x', m: { $mergeObjects: '$o' } } }],
      [
        { x: 1, o: { a: 1 } },
        { x: double(1), o: { b: 2 } },
      ],
      [{ _id: 1, m: { a: 1, b: 2 } }],
    );
    await check(
      [{ $group: { _id: { y: '$x' }, m: { $max: '$nope' } } }],
      [{ x: 1 }, { x: 1 }],
      [{ _id: { y: 1 }, m: null }],
    );
  });

  it('$max of numbers in several types is exact', async () => {
    await check(
      [{ $group: { _id: null, m: { $max: '$n' } } }],
      [{ n: 3n }, { n: 20 }],
      [{ _id: null, m: 20 }],
    );
  });

  it('see the command’s variables', async () => {
    const variables = compileVariables(doc({ least: 2 }));
    const pipeline = compilePipeline(
      [{ $unset: 'x' }, { $match: { $expr: { $gte: ['$n', '$$least'] } } }, { $set: { l: '$$least' } }].map(
        doc,
      ),
      variables,
    );
    expectIdentical(await collect(pipeline.rest([doc({ n: 1 }), doc({ n: 2 })], work())), [
      doc({ n: 2, l: 2 }),
    ]);
  });

  it('stop when the work is interrupted', async () => {
    const stop = new EngineError('Interrupted', 'stopped');
    const stopping = work(
      {},
      {
        checkInterrupt(): void {
          throw stop;
        },
      },
    );
    const slow = function* (): Generator<Doc> {
      for (;;) {
        const until = performance.now() + 1;
        while (performance.now() < until);
        yield doc({ _id: new ObjectId() });
      }
    };
    const pipeline = compilePipeline([doc({ $count: 'n' })]);
    await expect(collect(pipeline.rest(slow(), stopping))).rejects.toBe(stop);
  });

  it('refuse to keep more than 100 MB', async () => {
    const block = 'x'.repeat(1024 * 1024);
    const big = Array.from({ length: 101 }, (_, n) => doc({ n, block: `${String(n)}${block}` }));
    const pushing = compilePipeline([doc({ $group: { _id: null, all: { $push: '$block' } } })]);
    await expect(collect(pushing.rest(big, work()))).rejects.toMatchObject({ code: 292 });
    const sorting = compilePipeline([doc({ $unset: 'x' }), doc({ $sort: { block: 1 } })]);
    await expect(collect(sorting.rest(big, work()))).rejects.toMatchObject({ code: 292 });
  });

  it('keep no more of a limited sort than that needs, which may be much', async () => {
    const block = 'x'.repeat(1024 * 1024);
    const documents = function* (): Generator<Doc> {
      for (let n = 0; n < 200; n += 1) yield doc({ n: (n * 7) % 200, block: `${String(n)}${block}` });
    };
    const first = (limit: number): Promise<Doc[]> =>
      collect(
        compilePipeline([{ $unset: 'x' }, { $sort: { n: 1 } }, { $limit: limit }].map(doc)).rest(
          documents(),
          work(),
        ),
      );
    for (const limit of [1, 60]) {
      const numbers = (await first(limit)).map((found) => Number(found.get('n')));
      expect(numbers).toEqual([...Array(limit).keys()]);
    }
    await expect(first(99)).rejects.toMatchObject({ code: 292 });
  });

  it('keep the first of many small documents in order, in stretches', async () => {
    const documents = function* (): Generator<Doc> {
      for (let n = 0; n < 60_000; n += 1) yield doc({ n: (n * 7919) % 60_000 });
    };
    const stages = [{ $unset: 'x' }, { $sort: { n: -1 } }, { $limit: 5_000 }].map(doc);
    const found = await collect(compilePipeline(stages).rest(documents(), work()));
    expect(found.map((one) => Number(one.get('n')))).toEqual(
      Array.from({ length: 5_000 }, (_, n) => 59_999 - n),
    );
  });
});
