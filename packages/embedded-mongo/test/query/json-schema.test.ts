import { compileFilter } from '../../src/query/match/match.js';
import { compileSchema } from '../../src/query/json-schema/json-schema.js';
import { check } from './match-cases.js';
import { codeOf, decimal, doc, double, expectIdentical, value, type Plain } from './notation.js';

type PlainDoc = Record<string, Plain>;

/** Demands that the schema lets the first values through and none of the others. */
const table: [schema: PlainDoc, valid: Plain[], invalid: Plain[]][] = [
  [{}, [1, 'x', null, {}], []],
  [{ bsonType: 'int' }, [1], [1n, 1.5, 'x']],
  [{ bsonType: 'number' }, [1, 1n, 1.5, decimal('1')], ['x', null]],
  [{ bsonType: ['int', 'null'] }, [1, null], ['x', 1.5]],
  [{ type: 'boolean' }, [true], [1]],
  [{ type: ['string', 'number'] }, ['x', 1, 1n], [true]],
  [{ enum: [1, 'x', { a: 1 }] }, [1, double(1), 'x', { a: 1 }], [2, 'y', {}]],
  [{ minimum: 3 }, [3, 4n, 'x', null], [2, double(2.9), NaN]],
  [{ minimum: 3, exclusiveMinimum: true }, [4], [3]],
  [{ maximum: 9007199254740993n }, [9007199254740993n, double(9007199254740992)], [9007199254740994n]],
  [{ maximum: 3, exclusiveMaximum: true }, [2], [3]],
  [{ maximum: 3, exclusiveMaximum: false }, [3], [4]],
  [{ multipleOf: 3 }, [6, 0, -3, 'x', decimal('9')], [7, 1.5, NaN, Infinity]],
  [{ multipleOf: decimal('0.1') }, [decimal('0.3'), 2], [decimal('0.35')]],
  [{ minLength: 2 }, ['ab', '😀😀', 5], ['a', '😀']],
  [{ maxLength: 1 }, ['', '😀'], ['ab']],
  [{ pattern: '^a' }, ['ab', 5], ['ba']],
  [{ minItems: 1 }, [[1], 5], [[]]],
  [{ maxItems: 1 }, [[1], []], [[1, 2]]],
  [{ uniqueItems: true }, [[1, 2], 5, [{ a: 1 }, { a: 2 }]], [[1, double(1)]]],
  [{ uniqueItems: false }, [[1, 1]], []],
  [{ items: { type: 'number' } }, [[1, 2], [], 'x'], [[1, 'x']]],
  [{ items: [{ type: 'number' }, { type: 'string' }] }, [[1, 'x', true], [1]], [['x'], [1, 1]]],
  [{ items: [{}], additionalItems: false }, [[1], []], [[1, 2]]],
  [{ items: [{}], additionalItems: { type: 'number' } }, [['x', 2]], [['x', 'y']]],
  [{ items: {}, additionalItems: false }, [[1, 2, 3]], []],
  [{ required: ['a', 'b'] }, [{ a: 1, b: null }, 5], [{ a: 1 }, {}]],
  [{ properties: { a: { type: 'number' } } }, [{ a: 1 }, {}, 5], [{ a: 'x' }]],
  [
    { properties: { a: { properties: { b: { minimum: 1 } } } } },
    [{ a: { b: 1 } }, { a: 1 }],
    [{ a: { b: 0 } }],
  ],
  [{ patternProperties: { '^n': { type: 'number' } } }, [{ n1: 1, x: 'x' }], [{ n1: 'x' }]],
  [{ properties: { a: {} }, additionalProperties: false }, [{ a: 1 }, {}], [{ a: 1, b: 1 }]],
  [
    { properties: { a: {} }, patternProperties: { '^n': {} }, additionalProperties: { type: 'number' } },
    [{ a: 'x', n1: 'x', b: 1 }],
    [{ b: 'x' }],
  ],
  [{ minProperties: 1, maxProperties: 2 }, [{ a: 1 }, 5], [{}, { a: 1, b: 1, c: 1 }]],
  [{ dependencies: { a: ['b'] } }, [{ a: 1, b: 1 }, { b: 1 }, {}], [{ a: 1 }]],
  [{ dependencies: { a: { required: ['b'] } } }, [{ a: 1, b: 1 }, {}], [{ a: 1 }]],
  [{ allOf: [{ minimum: 1 }, { maximum: 3 }] }, [2], [0, 4]],
  [{ anyOf: [{ minimum: 3 }, { maximum: 1 }] }, [0, 4], [2]],
  [{ oneOf: [{ minimum: 1 }, { maximum: 3 }] }, [0, 4], [2]],
  [{ not: { type: 'number' } }, ['x'], [1]],
  [{ title: 'A', description: 'B', required: ['__proto__'] }, [5], [{}]],
];

describe('$jsonSchema', () => {
  it.each(table)('%j', (schema, valid, invalid) => {
    const compiled = compileSchema(doc(schema));
    const isValid = (plain: Plain): boolean => compiled.failures(value(plain)).length === 0;
    expect(valid.filter((plain) => !isValid(plain))).toEqual([]);
    expect(invalid.filter(isValid)).toEqual([]);
  });

  it('stands beside other conditions', () =>
    check([
      [{ $jsonSchema: { required: ['a'] }, b: 1 }, { a: 1, b: 1 }, true],
      [{ $jsonSchema: { required: ['a'] }, b: 1 }, { b: 1 }, false],
      [{ $nor: [{ $jsonSchema: { required: ['a'] } }] }, { b: 1 }, true],
    ]));

  it.each<[schema: Plain, code: number]>([
    [5, 14],
    [{ foo: 1 }, 9],
    [{ $ref: 'x' }, 9],
    [{ default: 1 }, 9],
    [{ type: 'integer' }, 9],
    [{ type: 'int' }, 9],
    [{ bsonType: 'foo' }, 2],
    [{ bsonType: 5 }, 14],
    [{ type: 'number', bsonType: 'int' }, 9],
    [{ minimum: 'x' }, 14],
    [{ exclusiveMinimum: true }, 9],
    [{ minimum: 1, exclusiveMinimum: 1 }, 14],
    [{ multipleOf: 0 }, 9],
    [{ minLength: -1 }, 9],
    [{ minItems: 1.5 }, 9],
    [{ pattern: 5 }, 14],
    [{ pattern: '(' }, 51091],
    [{ enum: [] }, 9],
    [{ enum: 5 }, 14],
    [{ required: [] }, 9],
    [{ required: ['a', 'a'] }, 9],
    [{ required: [5] }, 14],
    [{ properties: { a: 5 } }, 14],
    [{ allOf: [] }, 2],
    [{ allOf: [5] }, 14],
    [{ not: 5 }, 14],
    [{ items: 5 }, 14],
    [{ uniqueItems: 1 }, 14],
    [{ dependencies: { a: 5 } }, 14],
    [{ additionalProperties: 5 }, 14],
    [{ title: 5 }, 14],
  ])('%j is refused with code %i', (schema, code) => {
    expect(codeOf(() => compileFilter(doc({ $jsonSchema: schema })))).toBe(code);
  });

  it('says what is wrong with which property', () => {
    const schema = compileSchema(doc({ properties: { a: { items: { bsonType: 'int' } } } }));
    const [failure] = schema.failures(doc({ a: [1, 'x'] }));
    expectIdentical(
      failure,
      doc({
        operatorName: 'properties',
        propertiesNotSatisfied: [
          {
            propertyName: 'a',
            details: [
              {
                operatorName: 'items',
                reason: 'At least one item did not match the sub-schema',
                itemIndex: 1,
                details: [
                  {
                    operatorName: 'bsonType',
                    specifiedAs: { bsonType: 'int' },
                    reason: 'type did not match',
                    consideredValue: 'x',
                    consideredType: 'string',
                  },
                ],
              },
            ],
          },
        ],
      }),
    );
  });
});
