import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from 'bson';
import fc from 'fast-check';
import {
  DateTime,
  DBPointer,
  JavaScript,
  Undefined,
  type Doc,
  type Numeric,
  type Value,
} from '../../src/bson/types.js';

/** Bounds of the types and of their exact ranges, where encodings change. */
const edges = [
  0n,
  1n,
  127n,
  128n,
  1n << 15n,
  1n << 31n,
  1n << 32n,
  1n << 52n,
  1n << 53n,
  1n << 63n,
  1n << 64n,
];

const wholeNearEdge = fc
  .tuple(fc.constantFrom(...edges), fc.integer({ min: -3, max: 3 }), fc.boolean())
  .map(([edge, step, negative]) => (negative ? -1n : 1n) * (edge + BigInt(step)));

const int32 = fc
  .oneof(wholeNearEdge.map(Number), fc.integer())
  .map((value) => new Int32(Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, value))));

const int64 = fc.oneof(wholeNearEdge, fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }));

const long = int64.map((value) => Long.fromBigInt(BigInt.asIntN(64, value)));

const doubleEdges = [
  0,
  1,
  0.1,
  0.5,
  1.5,
  5e-324,
  1e-323,
  2 ** -1022,
  2 ** -1023,
  2 ** -53,
  2 ** 63 - 1024,
  2 ** 63,
  Number.MAX_VALUE,
  Infinity,
  NaN,
];

const double = fc
  .oneof(
    fc.constantFrom(...doubleEdges, ...doubleEdges.map((value) => -value)),
    wholeNearEdge.map(Number),
    wholeNearEdge.map((whole) => Number(whole) + 0.5),
    fc.integer({ min: -2000, max: 2000 }).map((cents) => cents / 100),
    fc.double(),
  )
  .map((value) => new Double(value));

const exponents = fc.oneof(
  fc.integer({ min: -6, max: 6 }),
  fc.integer({ min: -40, max: 40 }),
  fc.integer({ min: -345, max: 310 }),
  fc.integer({ min: -6176, max: 6111 }),
  fc.constantFrom(-6176, -6175, 6110, 6111),
);

const coefficients = fc.oneof(
  wholeNearEdge.map((value) => (value < 0n ? -value : value)),
  fc.bigInt({ min: 0n, max: 2000n }),
  fc.bigInt({ min: 0n, max: 10n ** 34n - 1n }),
  fc.constantFrom(10n ** 34n - 1n, 10n ** 33n),
);

const finiteDecimal = fc
  .tuple(fc.boolean(), coefficients, exponents)
  .map(([negative, coefficient, exponent]) => `${negative ? '-' : ''}${coefficient}E${exponent}`);

/** The decimal expansions of doubles, as they print and as they are, where they have at most 34 digits. */
const decimalNearDouble = double
  .filter(({ value }) => Number.isFinite(value))
  .chain(({ value }) => fc.constantFrom(String(value), value.toPrecision(17), value.toPrecision(34)));

/** Any decimal but for those that only differ in the bits that do not count. */
export const decimal = fc
  .oneof(
    finiteDecimal,
    decimalNearDouble,
    fc.constantFrom('NaN', 'Infinity', '-Infinity', '0', '-0E+5', '1.00'),
  )
  .map((text) => Decimal128.fromStringWithRounding(text));

/** Numbers of all types, many of them near each other and near the edges of the types. */
export const numeric: fc.Arbitrary<Numeric> = fc.oneof(int32, long, double, decimal);

/** The same integer, or nearly, in two types. */
export const closeNumerics: fc.Arbitrary<[Numeric, Numeric]> = fc
  .tuple(
    int64,
    fc.integer({ min: -1, max: 1 }),
    fc.nat(4),
    fc.nat(4),
    fc.constantFrom('', '.0', '.00001', '.5'),
  )
  .map(([whole, step, left, right, fraction]) => [
    inType(BigInt.asIntN(64, whole), left, fraction),
    inType(BigInt.asIntN(64, whole + BigInt(step)), right, fraction),
  ]);

function inType(whole: bigint, type: number, fraction: string): Numeric {
  if (type === 0) return new Int32(Number(BigInt.asIntN(32, whole)));
  if (type === 1) return Long.fromBigInt(whole);
  if (type === 2) return new Double(Number(whole));
  return Decimal128.fromStringWithRounding(type === 3 ? `${whole}${fraction}` : `${whole}`);
}

/** Short strings whose order by UTF-16 and by UTF-8 differs at times, with NULs and the bytes that keys escape. */
export const text = fc.oneof(
  fc.string({
    unit: fc.constantFrom(
      '\0',
      '\x01',
      '\x02',
      'a',
      'b',
      '\x7f',
      '\x80',
      'é',
      '\ud7ff',
      '\ue000',
      '\uffff',
      '\u{10000}',
      '\u{10ffff}',
    ),
    maxLength: 5,
  }),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

/** Text that may stand as a field name or in a regular expression. */
export const cText = text.map((value) => value.replaceAll('\0', ''));

const fieldName = fc.oneof(fc.constantFrom('', 'a', 'b', 'ab', '__proto__', '0', 'constructor'), cText);

const objectId = fc
  .uint8Array({ minLength: 12, maxLength: 12 })
  .map((bytes) => new ObjectId(Uint8Array.from(bytes)));

const binary = fc
  .tuple(fc.uint8Array({ maxLength: 6 }), fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 8, 128, 255))
  .map(([bytes, subtype]) => new Binary(Uint8Array.from(bytes), subtype));

const regExp = fc.tuple(cText, cText).map(([pattern, options]) => {
  const value = new BSONRegExp(pattern);
  value.options = options;
  return value;
});

const uint32 = fc.oneof(fc.constantFrom(0, 1, 2 ** 31, 2 ** 32 - 1), fc.nat());

const timestamp = fc.tuple(uint32, uint32).map(([t, i]) => new Timestamp({ t, i }));

const scalar: fc.Arbitrary<Value> = fc.oneof(
  { weight: 6, arbitrary: numeric },
  { weight: 3, arbitrary: text },
  fc.constantFrom<Value>(null, true, false, Undefined.instance, new MinKey(), new MaxKey()),
  objectId,
  binary,
  int64.map((ms) => new DateTime(BigInt.asIntN(64, ms))),
  regExp,
  text.map((value) => new BSONSymbol(value)),
  timestamp,
  text.map((code) => new JavaScript(code)),
  fc.tuple(cText, objectId).map(([namespace, id]) => new DBPointer(namespace, id)),
);

const nested = fc.letrec<{ value: Value; doc: Doc; array: Value[]; code: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 8, arbitrary: scalar },
    tie('doc'),
    tie('array'),
    tie('code'),
  ),
  doc: fc.array(fc.tuple(fieldName, tie('value')), { maxLength: 4 }).map((fields) => new Map(fields)),
  array: fc.array(tie('value'), { maxLength: 4 }),
  code: fc.tuple(text, tie('doc')).map(([code, scope]) => new JavaScript(code, scope)),
}));

/** Values of every BSON type. */
export const anyValue: fc.Arbitrary<Value> = nested.value;

/** Documents of values of every type. */
export const anyDoc: fc.Arbitrary<Doc> = nested.doc;

/** Two values that are often of one type and nearly alike. */
export const valuePair: fc.Arbitrary<[Value, Value]> = fc.oneof(
  fc.tuple(anyValue, anyValue),
  fc.tuple(numeric, numeric),
  closeNumerics,
  fc.tuple(text, text),
  fc.tuple(anyDoc, anyDoc),
  fc
    .tuple(anyDoc, fc.tuple(fieldName, anyValue))
    .map(([doc, field]): [Doc, Doc] => [doc, new Map([...doc, field])]),
);
