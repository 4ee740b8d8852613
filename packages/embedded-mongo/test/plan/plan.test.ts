import { planQuery, type PlanOptions, type QueryPlan } from '../../src/query/plan/plan.js';
import type { Index } from '../../src/storage/collection.js';
import { codeOf, doc, entries, type Plain } from '../query/notation.js';
import { collectionWith, indexOn, indexesUsed } from './memory-collection.js';

type PlainDoc = Readonly<Record<string, Plain>>;

function plan(
  indexes: readonly Index[],
  filter: PlainDoc,
  sort?: PlainDoc,
  hint?: PlanOptions['hint'],
): QueryPlan {
  return planQuery(collectionWith(...indexes), doc(filter), {
    ...(sort === undefined ? {} : { sort: doc(sort) }),
    ...(hint === undefined ? {} : { hint }),
  });
}

const a = indexOn(1, [['a', 1]]);
const ab = indexOn(2, [
  ['a', 1],
  ['b', -1],
]);
const b = indexOn(3, [['b', 1]]);
const many = Array.from({ length: 101 }, (_, i) => i);
const abc = indexOn(4, [
  ['a', 1],
  ['b', 1],
  ['c', 1],
]);

describe('the planner chooses', () => {
  it.each<[string, readonly Index[], PlainDoc, PlainDoc | undefined, string]>([
    ['a look-up for one _id', [a], { _id: 1, a: 1 }, undefined, 'point'],
    ['a look-up for { $eq } too', [a], { _id: { $eq: 1 } }, { a: 1 }, 'point'],
    ['the documents for a span of _id', [a], { _id: { $gt: 1 } }, undefined, '_id_'],
    ['the documents where nothing else helps', [a], { c: 1 }, undefined, '_id_'],
    [
      'a unique index with all its fields',
      [ab, indexOn(9, [['b', 1]], { unique: true })],
      { a: 1, b: 2 },
      undefined,
      'b_1',
    ],
    ['the documents for some _ids', [a], { _id: { $in: [1, 2] }, a: 1 }, undefined, '_id_'],
    ['the longest equality prefix', [a, ab, abc], { a: 1, b: 2, c: 3 }, undefined, 'a_1_b_1_c_1'],
    ['the shorter index among equals', [abc, a], { a: 1 }, undefined, 'a_1'],
    ['the one that sorts', [a, ab, abc], { a: 1 }, { b: 1 }, 'a_1_b_-1'],
    ['equality before a span', [b, a], { a: 1, b: { $gt: 1 } }, undefined, 'a_1'],
    ['a whole index for its order', [a, b], {}, { b: -1 }, 'b_1'],
    ['several indexes for an $or', [a, b], { $or: [{ a: 1 }, { b: 2 }] }, undefined, 'a_1 + b_1'],
    [
      'one index for an $or where one will do',
      [ab, b],
      { a: 1, $or: [{ b: 1 }, { b: 5 }] },
      undefined,
      'a_1_b_-1',
    ],
  ])('%s', (_name, indexes, filter, sort, expected) => {
    expect(indexesUsed(plan(indexes, filter, sort))).toBe(expected);
  });

  it('each branch of a long $or by its index, but not where there are many indexes to try', () => {
    const filter = { $or: Array.from({ length: 1000 }, (_, n) => ({ a: n, b: { $gt: n } })) };
    expect(indexesUsed(plan([ab], filter))).toBe(ab.name);
    const others = Array.from({ length: 10 }, (_, n) => indexOn(20 + n, [[`other${String(n)}`, 1]]));
    expect(indexesUsed(plan([ab, ...others], filter))).toBe('_id_');
  });

  it('no index that is still being built', () => {
    const building = { ...indexOn(5, [['c', 1]]), ready: false };
    expect(indexesUsed(plan([building], { c: 1 }))).toBe('_id_');
  });

  it('no index that is whole only from later on than what is to be read', () => {
    const made = indexOn(5, [['c', 1]]);
    made.wholeFrom = 8;
    const among = collectionWith(made);
    expect(indexesUsed(planQuery(among, doc({ c: 1 }), { asOf: 7 }))).toBe('_id_');
    expect(indexesUsed(planQuery(among, doc({ c: 1 }), { asOf: 8 }))).toBe('c_1');
  });

  it('nothing to read for what contradicts itself', () => {
    const [scan] = plan([a], { $and: [{ a: 1 }, { a: 2 }] }).scans;
    expect(scan?.ranges).toEqual([]);
  });

  it.each<[string, PlainDoc, PlainDoc, 'forward' | 'backward' | 'sorts' | 'merged']>([
    ['forwards', { a: 1 }, { b: -1 }, 'forward'],
    ['backwards', { a: 1 }, { b: 1 }, 'backward'],
    ['with the constant field named too', { a: 1 }, { a: -1, b: 1 }, 'backward'],
    ['over the whole index', {}, { a: -1, b: 1 }, 'backward'],
    ['not one field against the other', {}, { a: 1, b: 1 }, 'sorts'],
    ['merged behind a list of values', { a: { $in: [1, 2] } }, { b: 1 }, 'merged'],
    ['not behind more values than can be merged', { a: { $in: many } }, { b: 1 }, 'sorts'],
    ['merged for an $or', { $or: [{ a: 1 }, { a: 2 }] }, { b: -1 }, 'merged'],
    ['not for an $or that has a span', { $or: [{ a: 1 }, { a: { $gt: 2 } }] }, { b: -1 }, 'sorts'],
    ['by the listed field itself', { a: { $in: [1, 2] } }, { a: 1 }, 'forward'],
    ['not behind a span', { a: { $gt: 1 } }, { b: 1 }, 'sorts'],
  ])('the direction of the sort: %s', (_name, filter, sort, expected) => {
    const chosen = plan([ab], filter, sort);
    const direction = chosen.scans[0]?.reverse ? 'backward' : 'forward';
    expect(chosen.merged ? 'merged' : chosen.sorted ? direction : 'sorts').toBe(expected);
  });
});

describe('a plan under a collation', () => {
  const collated = (indexes: Index[], filter: PlainDoc, sort?: PlainDoc): QueryPlan =>
    planQuery(collectionWith(...indexes), doc(filter), {
      collated: true,
      ...(sort === undefined ? {} : { sort: doc(sort) }),
    });

  it.each<[string, PlainDoc, string]>([
    ['no index for strings', { a: 'x' }, '_id_'],
    ['nor for a list with one', { a: { $in: [1, 'x'] } }, '_id_'],
    ['nor for a range of them', { a: { $gt: 'x' } }, '_id_'],
    ['nor for documents', { a: { x: 1 } }, '_id_'],
    ['an index for numbers', { a: 1, c: 'x' }, 'a_1'],
  ])('uses %s', (_name, filter, expected) => {
    expect(indexesUsed(collated([a], filter))).toBe(expected);
    expect(collated([a], filter).exact).toBe(false);
  });

  it('looks no _id up that is a string', () => {
    expect(collated([], { _id: 'x' }).idKey).toBeUndefined();
    expect(collated([], { _id: 5 }).idKey).toBeDefined();
  });

  it('takes no order from an index', () => {
    expect(collated([a], { a: 1 }, { a: 1 }).sorted).toBe(false);
  });
});

describe('a partial index', () => {
  const partial = (filter: PlainDoc): Index => indexOn(7, [['a', 1]], { partialFilter: doc(filter) });

  it.each<[PlainDoc, PlainDoc, boolean]>([
    [{ state: 'open' }, { a: 1, state: 'open' }, true],
    [{ state: 'open' }, { a: 1 }, false],
    [{ state: 'open' }, { a: 1, state: { $in: ['open', 'held'] } }, false],
    [{ state: { $in: ['open', 'held'] } }, { a: 1, state: 'held' }, true],
    [{ seq: { $exists: true } }, { a: 1, seq: 4 }, true],
    [{ seq: { $exists: true } }, { a: 1, seq: null }, false],
    [{ seq: { $exists: true } }, { a: 1, seq: { $ne: null } }, true],
    [{ 'seq.x': { $exists: true } }, { a: 1, 'seq.x': { $ne: null } }, false],
    [{ seq: { $gt: 5 } }, { a: 1, seq: { $gt: 5 } }, true],
    [{ seq: { $gt: 5 } }, { a: 1, seq: { $gte: 5 } }, false],
    [{ seq: { $gte: 5 } }, { a: 1, seq: { $gt: 5 } }, true],
    [{ seq: { $gt: 5 } }, { a: 1, seq: { $lt: 9 } }, false],
    [{ seq: { $lt: 5 } }, { a: 1, seq: { $lte: 4 } }, true],
    [{ seq: { $gt: 5 } }, { a: 1, seq: 'text' }, false],
    [{ kind: { $type: 'string' } }, { a: 1, kind: { $type: 'string' } }, true],
    [{ kind: { $type: 'string' } }, { a: 1, kind: 'x' }, false],
    [{ $and: [{ x: 1 }, { y: 2 }] }, { a: 1, x: 1, y: 2 }, true],
    [{ $or: [{ x: 1 }, { y: 2 }] }, { a: 1, x: 1 }, false],
    [{ a: { $gt: 3 } }, { a: 4 }, true],
    [{ state: 'open' }, { a: 1, $or: [{ state: 'open' }, { state: 'held' }] }, false],
  ])('with %j answers %j: %s', (filter, query, expected) => {
    expect(indexesUsed(plan([partial(filter)], query)) === 'a_1').toBe(expected);
  });

  it('serves the branches of an $or that imply it', () => {
    const chosen = plan([partial({ state: 'open' }), b], { $or: [{ a: 1, state: 'open' }, { b: 1 }] });
    expect(indexesUsed(chosen)).toBe('a_1 + b_1');
  });
});

describe('a hint', () => {
  it('picks an index by name or by key pattern', () => {
    expect(indexesUsed(plan([a, ab], { a: 1 }, undefined, 'a_1_b_-1'))).toBe('a_1_b_-1');
    expect(indexesUsed(plan([a, ab], { a: 1 }, undefined, entries(['a', 1], ['b', -1])))).toBe('a_1_b_-1');
    expect(indexesUsed(plan([a, ab], { a: 1 }, undefined, doc({ _id: 1 })))).toBe('_id_');
  });

  it('keeps to the natural order', () => {
    const chosen = plan([a], { a: 1 }, undefined, doc({ $natural: -1 }));
    expect([indexesUsed(chosen), chosen.scans[0]?.reverse]).toEqual(['_id_', true]);
  });

  it('on no index is refused', () => {
    expect(codeOf(() => plan([a], {}, undefined, 'nonsense'))).toBe(2);
    expect(codeOf(() => plan([ab], {}, undefined, entries(['b', -1], ['a', 1])))).toBe(2);
  });

  it('on an index that does not hold all is refused', () => {
    expect(codeOf(() => plan([indexOn(7, [['a', 1]], { sparse: true })], {}, undefined, 'a_1'))).toBe(2);
  });
});
