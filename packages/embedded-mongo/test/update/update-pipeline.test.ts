import { ObjectId } from 'bson';
import { compileVariables } from '../../src/query/expression/variables.js';
import { compileUpdate } from '../../src/update/update.js';
import { codeOf, doc, entries, expectIdentical, value, type Plain } from '../query/notation.js';
import type { PlainDoc } from './update-cases.js';

const pipeline = (stages: readonly PlainDoc[], variables: PlainDoc = {}) =>
  compileUpdate(stages.map(doc), { variables: compileVariables(doc(variables)) });

describe('updates by pipeline', () => {
  it.each<[stages: PlainDoc[], before: PlainDoc, after: PlainDoc]>([
    [[], { _id: 1, a: 1 }, { _id: 1, a: 1 }],
    [[{ $set: { b: { $add: ['$a', 1] } } }], { _id: 1, a: 1 }, { _id: 1, a: 1, b: 2 }],
    [[{ $addFields: { a: '$b', b: '$a' } }], { _id: 1, a: 1, b: 2 }, { _id: 1, a: 2, b: 1 }],
    [[{ $unset: ['a', 'b.c'] }], { _id: 1, a: 1, b: { c: 1, d: 1 } }, { _id: 1, b: { d: 1 } }],
    [[{ $project: { _id: 0, a: 1 } }], { _id: 1, a: 1, b: 2 }, { _id: 1, a: 1 }],
    [[{ $replaceRoot: { newRoot: '$a' } }], { _id: 1, a: { b: 1 } }, { _id: 1, b: 1 }],
    [[{ $replaceWith: { x: '$$v' } }], { _id: 1 }, { _id: 1, x: 5 }],
    [[{ $set: { a: 5 } }, { $unset: 'a' }], { _id: 1, b: 1 }, { _id: 1, b: 1 }],
    [[{ $replaceWith: { a: 1, _id: '$_id' } }], { _id: 1 }, { _id: 1, a: 1 }],
    [[{ $set: { a: { $literal: '$b' } } }], { _id: 1 }, { _id: 1, a: '$b' }],
    [
      [{ $replaceWith: { $setField: { field: { $literal: '$x.y' }, input: '$$ROOT', value: 1 } } }],
      { _id: 1 },
      { _id: 1, '$x.y': 1 },
    ],
    [
      [{ $replaceWith: { $unsetField: { field: 'a.b', input: '$$ROOT' } } }],
      { _id: 1, 'a.b': 1, a: { b: 2 } },
      { _id: 1, a: { b: 2 } },
    ],
  ])('%j make of %j %j', (stages, before, after) => {
    const stored = doc(before);
    expectIdentical(pipeline(stages, { v: 5 }).apply(stored), doc(after), stages);
    expectIdentical(stored, doc(before));
  });

  it('give the very same document back where nothing changes', () => {
    const stored = doc({ _id: 1, a: 1 });
    expect(pipeline([{ $set: { a: 1 } }]).apply(stored)).toBe(stored);
  });

  it('compute with $rand and $$NOW', () => {
    const result = pipeline([{ $set: { a: { $lt: [{ $rand: {} }, 1] }, b: { $type: '$$NOW' } } }]).apply(
      doc({ _id: 1 }),
    );
    expectIdentical(result, doc({ _id: 1, a: true, b: 'date' }));
  });

  it('upsert upon the equalities of the filter', () => {
    const makeId = (): ObjectId => new ObjectId('1'.repeat(24));
    const update = pipeline([{ $set: { b: { $add: ['$a', 1] } } }]);
    expectIdentical(update.upsert(doc({ a: 1 }), makeId), entries(['_id', makeId()], ['a', 1], ['b', 2]));
    expectIdentical(update.upsert(doc({ _id: 7 }), makeId), doc({ _id: 7, b: null }));
    const own = pipeline([{ $replaceWith: { _id: 8 } }]);
    expectIdentical(own.upsert(doc({ a: 1 }), makeId), doc({ _id: 8 }));
    expect(codeOf(() => own.upsert(doc({ _id: 7 }), makeId))).toBe(66);
  });

  it.each<[stages: Plain[], code: number]>([
    [[{ $match: { a: 1 } }], 72],
    [[{ $group: { _id: 1 } }], 72],
    [[{ $foo: 1 }], 40324],
    [[{ $unwind: '$a' }], 72],
    [[5], 14],
    [[{ $set: { a: '$$nope' } }], 17276],
  ])('%j is refused with code %i', (stages, code) => {
    expect(codeOf(() => compileUpdate(stages.map(value)))).toBe(code);
  });

  it.each<[stages: PlainDoc[], code: number]>([
    [[{ $set: { _id: 2 } }], 66],
    [[{ $replaceWith: '$a' }], 40228],
  ])('%j is refused for a document with code %i', (stages, code) => {
    expect(codeOf(() => pipeline(stages).apply(doc({ _id: 1, a: 1 })))).toBe(code);
  });

  it('take no array filters', () => {
    expect(codeOf(() => compileUpdate([], { arrayFilters: [] }))).toBe(9);
  });
});
