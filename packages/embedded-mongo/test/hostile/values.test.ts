import { Int32 } from 'bson';
import { compileExpression } from '../../src/query/expression/expression.js';
import { EngineError } from '../../src/errors.js';
import { encodeDoc } from '../../src/bson/codec.js';
import type { Doc, Value } from '../../src/bson/types.js';

function codeOf(action: () => unknown): number {
  try {
    action();
  } catch (error) {
    if (error instanceof EngineError) return error.code;
    throw error;
  }
  throw new Error('it was not refused');
}

/** Applies an expression over its own result, `times` over. */
function repeated(spec: Value, times: number, s: Value): Value {
  const expression = compileExpression(spec);
  let value = s;
  for (let left = times; left > 0; left -= 1) value = expression(new Map([['s', value]]), new Map()) ?? null;
  return value;
}

describe('values that grow by themselves', () => {
  const doubling: [what: string, spec: Value, start: Value][] = [
    ['an array of itself twice', ['$s', '$s'], new Int32(1)],
    [
      'a document of itself twice',
      new Map<string, Value>([
        ['a', '$s'],
        ['b', '$s'],
      ]),
      new Int32(1),
    ],
    ['an array joined to itself', new Map([['$concatArrays', ['$s', '$s']]]), [new Int32(1)]],
    ['a text joined to itself', new Map([['$concat', ['$s', '$s']]]), 'text'],
  ];

  it.each(doubling)('%s: are refused before they fill the memory', (_, spec, start) => {
    expect(codeOf(() => repeated(spec, 200, start))).toBe(10334);
  });

  it('are not written either', () => {
    let value: Doc = new Map([['a', 'x'.repeat(1000)]]);
    for (let left = 20; left > 0; left -= 1) {
      value = new Map([
        ['a', value],
        ['b', value],
      ]);
    }
    expect(codeOf(() => encodeDoc(value))).toBe(10334);
    expect(encodeDoc(new Map([['a', true]])).length).toBe(9);
  });
});
