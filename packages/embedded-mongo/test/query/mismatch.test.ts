import { compileFilter } from '../../src/query/match/match.js';
import { explainMismatch } from '../../src/query/match/mismatch.js';
import { doc, expectIdentical, type Plain } from './notation.js';

type PlainDoc = Record<string, Plain>;

const comparison = (specifiedAs: PlainDoc, operatorName: string, consideredValue: Plain): PlainDoc => ({
  operatorName,
  specifiedAs,
  reason: 'comparison failed',
  consideredValue,
});

describe('why a document does not satisfy a filter', () => {
  it.each<[filter: PlainDoc, stored: PlainDoc, details: PlainDoc]>([
    [{ a: 1 }, { a: 2 }, comparison({ a: 1 }, '$eq', 2)],
    [{ 'a.b': { $gt: 1 } }, { a: { b: 0 } }, comparison({ 'a.b': { $gt: 1 } }, '$gt', 0)],
    [{ a: 1 }, {}, { operatorName: '$eq', specifiedAs: { a: 1 }, reason: 'field was missing' }],
    [
      { a: { $exists: true } },
      {},
      { operatorName: '$exists', specifiedAs: { a: { $exists: true } }, reason: 'path does not exist' },
    ],
    [
      { a: { $type: 'int' } },
      { a: 'x' },
      {
        operatorName: '$type',
        specifiedAs: { a: { $type: 'int' } },
        reason: 'type did not match',
        consideredValue: 'x',
        consideredType: 'string',
      },
    ],
    [
      { a: 1, b: { $gt: 1, $lt: 5 } },
      { a: 1, b: 7 },
      {
        operatorName: '$and',
        clausesNotSatisfied: [{ index: 2, details: comparison({ b: { $lt: 5 } }, '$lt', 7) }],
      },
    ],
    [
      { $or: [{ a: 1 }, { a: 2 }] },
      { a: 3 },
      {
        operatorName: '$or',
        clausesNotSatisfied: [
          { index: 0, details: comparison({ a: 1 }, '$eq', 3) },
          { index: 1, details: comparison({ a: 2 }, '$eq', 3) },
        ],
      },
    ],
    [
      { $nor: [{ a: 2 }, { a: 1 }] },
      { a: 1 },
      { operatorName: '$nor', clausesSatisfied: [{ index: 1, details: { specifiedAs: { a: 1 } } }] },
    ],
    [
      { $expr: { $gt: ['$a', 1] } },
      { a: 1 },
      {
        operatorName: '$expr',
        specifiedAs: { $expr: { $gt: ['$a', 1] } },
        reason: 'expression did not match',
        expressionResult: false,
      },
    ],
    [
      { $jsonSchema: { title: 'T', required: ['a'] } },
      {},
      {
        operatorName: '$jsonSchema',
        title: 'T',
        schemaRulesNotSatisfied: [
          { operatorName: 'required', specifiedAs: { required: ['a'] }, missingProperties: ['a'] },
        ],
      },
    ],
  ])('%j upon %j', (filter, stored, details) => {
    expect(compileFilter(doc(filter)).matches(doc(stored))).toBe(false);
    expectIdentical(explainMismatch(doc(filter), doc(stored)), doc(details));
  });
});
