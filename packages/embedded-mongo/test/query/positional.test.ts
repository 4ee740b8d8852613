import { positionOf } from '../../src/query/match/position.js';
import { compileProjection } from '../../src/query/project/project.js';
import { compileVariables } from '../../src/query/expression/variables.js';
import { codeOf, doc, expectIdentical, type Plain } from './notation.js';

type PlainDoc = Record<string, Plain>;

describe('the position that a query finds', () => {
  it.each<[filter: PlainDoc, stored: PlainDoc, position: number | undefined]>([
    [{ a: 2 }, { a: [1, 2, 2] }, 1],
    [{ a: { $gt: 1 } }, { a: [1, 2, 3] }, 1],
    // Each condition finds a position of its own; the last one counts.
    [{ a: { $gt: 1, $lt: 9 } }, { a: [0, 5] }, 0],
    [{ a: { $in: [7, 3] } }, { a: [1, 3, 7] }, 1],
    [{ a: /^x/ }, { a: ['a', 'xb'] }, 1],
    [{ a: [1, 2] }, { a: [1, 2] }, undefined],
    [{ a: [1, 2] }, { a: [0, [1, 2]] }, 1],
    [{ 'a.b': 2 }, { a: [{ b: 1 }, { b: 2 }] }, 1],
    [{ 'a.b': 2 }, { a: { b: [1, 2] } }, 1],
    [{ 'a.b': 2 }, { a: [{ b: [1] }, { b: [1, 1, 2] }] }, 1],
    [{ 'a.1': 2 }, { a: [1, 2] }, 1],
    [{ 'a.1.b': 2 }, { a: [{ b: 1 }, { b: 2 }] }, 1],
    [{ a: { $elemMatch: { b: 1, c: 2 } } }, { a: [{ b: 1 }, { b: 1, c: 2 }] }, 1],
    [{ a: { $elemMatch: { $gt: 1, $lt: 3 } } }, { a: [1, 2] }, 1],
    [{ 'x.a': { $elemMatch: { b: 1 } } }, { x: { a: [0, { b: 1 }] } }, 1],
    [{ 'x.a': { $elemMatch: { b: 1 } } }, { x: [{ a: [] }, { a: [0, 0, { b: 1 }] }] }, 1],
    [{ a: { $all: [1, 3] } }, { a: [1, 2, 3] }, 2],
    [{ a: 1, b: 5 }, { a: [0, 1], b: [1, 2, 5] }, 2],
    [{ a: 1, b: 5 }, { a: [0, 1], b: 5 }, 1],
    [{ $and: [{ a: 2 }, { c: 1 }] }, { a: [1, 2], c: 1 }, 1],
    [{ $or: [{ a: 2 }] }, { a: [1, 2] }, undefined],
    [{ $nor: [{ a: 5 }] }, { a: [1, 2] }, undefined],
    [{ a: { $ne: 5 } }, { a: [1, 2] }, undefined],
    [{ a: { $nin: [5] } }, { a: [1, 2] }, undefined],
    [{ a: { $not: { $gt: 5 } } }, { a: [1, 2] }, undefined],
    [{ a: { $size: 2 } }, { a: [1, 2] }, undefined],
    [{ a: 1 }, { a: 1 }, undefined],
    [{}, { a: [1] }, undefined],
  ])('%j upon %j finds %p', (filter, stored, position) => {
    expect(positionOf(doc(filter))(doc(stored))).toBe(position);
  });
});

describe('a positional projection', () => {
  const project = (spec: PlainDoc, filter: PlainDoc) =>
    compileProjection(doc(spec), compileVariables(), 'find', positionOf(doc(filter)));

  it.each<[spec: PlainDoc, filter: PlainDoc, stored: PlainDoc, expected: PlainDoc]>([
    [{ 'a.$': 1 }, { a: 2 }, { _id: 1, a: [1, 2, 3], b: 1 }, { _id: 1, a: [2] }],
    [{ 'a.$': 1, b: 1, _id: 0 }, { a: 2 }, { _id: 1, a: [1, 2, 3], b: 1 }, { a: [2], b: 1 }],
    [{ 'a.b.$': 1 }, { 'a.b': 2 }, { a: { b: [1, 2], c: 1 } }, { a: { b: [2] } }],
    [{ 'a.b.$': 1 }, { 'a.b': 2 }, { a: [{ b: 1 }, { b: 2, c: 3 }] }, { a: [{ b: 2 }] }],
    [
      { 'a.$': 1 },
      { a: { $elemMatch: { b: 2 } } },
      { a: [{ b: 1 }, { b: 2, c: 3 }] },
      { a: [{ b: 2, c: 3 }] },
    ],
    [{ 'a.$': 1 }, { b: 2 }, { a: [1, 2], b: [0, 2] }, { a: [2] }],
    [{ 'a.$': 1 }, { b: 2 }, { a: 5, b: 2 }, { a: 5 }],
    [{ 'a.$': 1 }, { b: 2 }, { b: 2 }, {}],
  ])('%j after %j makes of %j %j', (spec, filter, stored, expected) => {
    expectIdentical(project(spec, filter)(doc(stored)), doc(expected));
  });

  it('is refused where the query has found no such element', () => {
    expect(codeOf(() => project({ 'a.$': 1 }, { b: 1 })(doc({ a: [1], b: 1 })))).toBe(51246);
    expect(codeOf(() => project({ 'a.$': 1 }, { b: 1 })(doc({ a: [1], b: [0, 1] })))).toBe(51247);
  });
});
