import { doc, double, expectIdentical } from '../query/notation.js';
import { check, run, type PlainDoc } from './pipelines.js';

describe('$unwind', () => {
  const rows: PlainDoc[] = [
    { _id: 1, a: [1, 2] },
    { _id: 2, a: [] },
    { _id: 3, a: null },
    { _id: 4 },
    { _id: 5, a: 'x' },
    { _id: 6, a: [[3]] },
  ];

  it('gives a document for each element', () =>
    check([{ $unwind: '$a' }], rows, [
      { _id: 1, a: 1 },
      { _id: 1, a: 2 },
      { _id: 5, a: 'x' },
      { _id: 6, a: [3] },
    ]));

  it('keeps what has none, and numbers them, when asked to', () =>
    check([{ $unwind: { path: '$a', includeArrayIndex: 'at.i', preserveNullAndEmptyArrays: true } }], rows, [
      { _id: 1, a: 1, at: { i: 0n } },
      { _id: 1, a: 2, at: { i: 1n } },
      { _id: 2, at: { i: null } },
      { _id: 3, a: null, at: { i: null } },
      { _id: 4, at: { i: null } },
      { _id: 5, a: 'x', at: { i: null } },
      { _id: 6, a: [3], at: { i: 0n } },
    ]));

  it('follows a path through documents, and leaves the input as it is', async () => {
    const row = { _id: 1, b: { x: 0, a: [1, 2], y: 9 } };
    await check(
      [{ $unwind: '$b.a' }],
      [row],
      [
        { _id: 1, b: { x: 0, a: 1, y: 9 } },
        { _id: 1, b: { x: 0, a: 2, y: 9 } },
      ],
    );
    await check([{ $unwind: '$b.a' }], [{ b: [{ a: [1] }] }], []);
  });
});

describe('$replaceRoot and $replaceWith', () => {
  it('put a document in the place of the whole', async () => {
    await check([{ $replaceRoot: { newRoot: '$a' } }], [{ _id: 1, a: { b: 1 } }], [{ b: 1 }]);
    await check(
      [{ $replaceWith: { $mergeObjects: [{ z: 0 }, '$$ROOT'] } }],
      [{ _id: 1 }],
      [{ z: 0, _id: 1 }],
    );
  });

  it('want a document', async () => {
    await expect(run([{ $replaceWith: '$a' }], [{ a: 1 }])).rejects.toMatchObject({ code: 40228 });
    await expect(run([{ $replaceRoot: { newRoot: '$a' } }], [{}])).rejects.toMatchObject({ code: 40228 });
  });
});

describe('$sortByCount and $bucket', () => {
  it('$sortByCount puts the most frequent first', () =>
    check(
      [{ $sortByCount: '$a' }],
      [{ a: 1 }, { a: 2 }, { a: double(2) }, {}],
      [
        { _id: 2, count: 2 },
        { _id: 1, count: 1 },
        { _id: null, count: 1 },
      ],
    ));

  it('$bucket groups by ranges', async () => {
    const rows = [5, 0, 19, 10, 25].map((n) => ({ n }));
    await check([{ $bucket: { groupBy: '$n', boundaries: [0, 10, 20], default: 'other' } }], rows, [
      { _id: 0, count: 2 },
      { _id: 10, count: 2 },
      { _id: 'other', count: 1 },
    ]);
    await check(
      [{ $bucket: { groupBy: '$n', boundaries: [0, 30], output: { top: { $max: '$n' } } } }],
      rows,
      [{ _id: 0, top: 25 }],
    );
    await expect(run([{ $bucket: { groupBy: '$n', boundaries: [0, 10] } }], rows)).rejects.toMatchObject({
      code: 40066,
    });
  });
});

describe('$facet', () => {
  it('runs several pipelines upon the same documents', async () => {
    const rows = Array.from({ length: 1000 }, (_, n) => ({ n }));
    await check(
      [
        {
          $facet: {
            count: [{ $count: 'n' }],
            first: [{ $limit: 2 }],
            none: [{ $match: { n: -1 } }],
            last: [{ $match: { n: { $gt: 500 } } }, { $sort: { n: -1 } }, { $limit: 1 }],
          },
        },
      ],
      rows,
      [{ count: [{ n: 1000 }], first: [{ n: 0 }, { n: 1 }], none: [], last: [{ n: 999 }] }],
    );
    await check([{ $facet: { a: [] } }], [], [{ a: [] }]);
  });

  it('fails as a whole when one of them does', async () => {
    const rows = Array.from({ length: 1000 }, (_, n) => ({ n }));
    const failing = { $facet: { a: [{ $replaceWith: '$n' }], b: [{ $group: { _id: '$n' } }] } };
    await expect(run([failing], rows)).rejects.toMatchObject({ code: 40228 });
  });

  it('hands on what its input fails with', async () => {
    const failing = [{ $replaceWith: '$n' }, { $facet: { a: [], b: [{ $limit: 1 }] } }];
    await expect(run(failing, [{ n: 1 }])).rejects.toMatchObject({ code: 40228 });
  });
});

describe('$unionWith', () => {
  const collections = {
    other: [
      { _id: 1, x: 1 },
      { _id: 2, x: 2 },
    ],
  };

  it('adds the documents of another collection or pipeline', async () => {
    await check(
      [{ $unionWith: 'other' }],
      [{ _id: 0 }],
      [{ _id: 0 }, { _id: 1, x: 1 }, { _id: 2, x: 2 }],
      collections,
    );
    await check(
      [{ $unionWith: { coll: 'other', pipeline: [{ $match: { x: 2 } }, { $project: { x: 1, _id: 0 } }] } }],
      [{ _id: 0 }],
      [{ _id: 0 }, { x: 2 }],
      collections,
    );
    await check([{ $unionWith: 'missing' }], [{ _id: 0 }], [{ _id: 0 }]);
    await check([{ $unionWith: { pipeline: [{ $documents: [{ a: 1 }] }] } }], [], [{ a: 1 }]);
  });

  it('sees the variables of the command', async () => {
    const stages: PlainDoc[] = [
      { $unionWith: { coll: 'other', pipeline: [{ $match: { $expr: { $eq: ['$x', '$$wanted'] } } }] } },
    ];
    expectIdentical(await run(stages, [], collections, { wanted: 2 }), [doc({ _id: 2, x: 2 })]);
  });
});
