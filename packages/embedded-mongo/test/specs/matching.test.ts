import { BSON, Binary, Decimal128, Long, ObjectId, Timestamp } from 'mongodb';
import { match, matchExactly, matchRoots, Mismatch, type Known } from './matching.js';

const session = { id: new Binary(Buffer.alloc(16, 1), 4) };
const oid = new ObjectId();
const known: Known = {
  entity(name) {
    if (name === 'oid') return oid;
    throw new Error(`there is no entity ${name}`);
  },
  lsid: () => session,
};

const matchRoot = (expected: unknown, actual: unknown): void =>
  match(expected, actual, known, { path: 'value', extras: 'at the top' });

const bytes = Buffer.from('12ab', 'hex');

const equal: [why: string, expected: unknown, actual: unknown][] = [
  ['the same number', 1, 1],
  ['a number of another type', 1, Long.fromNumber(1)],
  ['a Long where a bigint stands', Long.fromString('9007199254740993'), 9007199254740993n],
  ['NaN', NaN, NaN],
  ['null', null, null],
  ['the same decimal', Decimal128.fromString('1.0'), Decimal128.fromString('1.0')],
  ['the same date', new Date(5), new Date(5)],
  ['the same object id', new ObjectId(oid.toHexString()), oid],
  ['the same bytes', new Binary(bytes), new Binary(bytes)],
  ['fields in another order', { a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 }],
  ['further fields at the top', { a: 1 }, { a: 1, b: 2 }],
  ['further fields that are undefined', { a: { b: 1 } }, { a: { b: 1, c: undefined } }],
  ['a Map with numbers for keys', { r: { '0': { n: 1 } } }, { r: new Map([[0, { n: 1 }]]) }],
  ['the elements of an array', { a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }],
  ['$$exists: true of null', { a: { $$exists: true } }, { a: null }],
  ['$$exists: false', { a: { $$exists: false } }, {}],
  ['$$type', { a: { $$type: 'string' } }, { a: 'x' }],
  ['one of $$type', { a: { $$type: ['int', 'long'] } }, { a: 5 }],
  ['$$type number of a decimal', { a: { $$type: 'number' } }, { a: Decimal128.fromString('1') }],
  ['$$type of an array, not of its elements', { a: { $$type: 'array' } }, { a: [1] }],
  ['$$unsetOrMatches of nothing', { a: { $$unsetOrMatches: 1 } }, {}],
  ['$$unsetOrMatches of the value', { a: { $$unsetOrMatches: { b: 1 } } }, { a: { b: 1 } }],
  ['$$unsetOrMatches at the top', { $$unsetOrMatches: { a: 1 } }, { a: 1, b: 2 }],
  ['$$matchesEntity', { a: { $$matchesEntity: 'oid' } }, { a: oid }],
  ['$$matchesHexBytes', { $$matchesHexBytes: '12AB' }, bytes],
  ['$$sessionLsid', { lsid: { $$sessionLsid: 'session0' } }, { lsid: { id: session.id } }],
  ['$$lte', { a: { $$lte: 5 } }, { a: Long.fromNumber(5) }],
  ['$$matchAsDocument', { a: { $$matchAsDocument: { b: { $$type: 'int' } } } }, { a: '{"b": 1}' }],
  ['$$matchAsRoot', { a: { $$matchAsRoot: { b: 1 } } }, { a: { b: 1, c: 2 } }],
  [
    '$$matchAsRoot in text',
    { a: { $$matchAsDocument: { $$matchAsRoot: { b: 1 } } } },
    { a: '{"b":1,"c":2}' },
  ],
];

const different: [why: string, expected: unknown, actual: unknown][] = [
  ['another number', 1, 1.5],
  ['longs that a double cannot tell apart', Long.fromString('9007199254740993'), 9007199254740992n],
  ['a number for a text', '1', 1],
  ['a decimal for a number', 1, Decimal128.fromString('1')],
  ['a boolean for a number', 1, true],
  ['nothing for null', { a: null }, {}],
  ['null for a document', { a: {} }, { a: null }],
  ['a document for a text', 'x', { x: 1 }],
  ['an array for a document', { a: { '0': 1 } }, { a: [1] }],
  ['a document for an array', { a: [1] }, { a: { '0': 1 } }],
  ['another timestamp', new Timestamp({ t: 1, i: 1 }), new Timestamp({ t: 1, i: 2 })],
  ['bytes of another subtype', new Binary(bytes, 4), new Binary(bytes, 0)],
  ['a missing field', { a: 1, b: 2 }, { a: 1 }],
  ['further fields further down', { a: { b: 1 } }, { a: { b: 1, c: 2 } }],
  ['further fields in an array', { a: [{ b: 1 }] }, { a: [{ b: 1, c: 2 }] }],
  ['more elements', { a: [1] }, { a: [1, 2] }],
  ['fewer elements', { a: [1, 2] }, { a: [1] }],
  ['elements in another order', { a: [1, 2] }, { a: [2, 1] }],
  ['$$exists: true of nothing', { a: { $$exists: true } }, {}],
  ['$$exists: false of null', { a: { $$exists: false } }, { a: null }],
  ['$$type of nothing', { a: { $$type: 'int' } }, {}],
  ['$$type of a fraction', { a: { $$type: ['int', 'long'] } }, { a: 1.5 }],
  ['$$type object of an array', { a: { $$type: 'object' } }, { a: [] }],
  ['$$unsetOrMatches of null', { a: { $$unsetOrMatches: 1 } }, { a: null }],
  ['$$unsetOrMatches of another value', { a: { $$unsetOrMatches: 1 } }, { a: 2 }],
  ['another entity', { a: { $$matchesEntity: 'oid' } }, { a: new ObjectId() }],
  ['other bytes', { $$matchesHexBytes: '12ab00' }, bytes],
  [
    'another session',
    { lsid: { $$sessionLsid: 'session0' } },
    { lsid: { id: new Binary(Buffer.alloc(16), 4) } },
  ],
  ['$$lte of a larger number', { a: { $$lte: 5 } }, { a: 5.1 }],
  ['$$lte of nothing', { a: { $$lte: 5 } }, {}],
  ['$$matchAsDocument of more fields', { a: { $$matchAsDocument: { b: 1 } } }, { a: '{"b":1,"c":2}' }],
  ['$$matchAsDocument of no text', { a: { $$matchAsDocument: { b: 1 } } }, { a: { b: 1 } }],
  ['$$matchAsRoot of no document', { a: { $$matchAsRoot: { b: 1 } } }, { a: 1 }],
];

describe('matching by the Unified Test Format', () => {
  it.each(equal)('takes %s', (_, expected, actual) => {
    expect(() => matchRoot(expected, actual)).not.toThrow();
  });

  it.each(different)('refuses %s', (_, expected, actual) => {
    expect(() => matchRoot(expected, actual)).toThrow(Mismatch);
  });

  it('tells the place and both values', () => {
    expect(() => matchRoot({ a: [{ b: 1 }] }, { a: [{ b: 'x' }] })).toThrow(
      'value.a[0].b: expected 1, got "x"',
    );
  });

  it('lets the documents of a list have more fields, but no list more documents', () => {
    expect(() => matchRoots([{ a: 1 }], [{ a: 1, b: 2 }], known, 'list')).not.toThrow();
    expect(() => matchRoots([{ a: { b: 1 } }], [{ a: { b: 1, c: 1 } }], known, 'list')).toThrow(Mismatch);
    expect(() => matchRoots([{ a: 1 }], [{ a: 1 }, { a: 2 }], known, 'list')).toThrow(Mismatch);
    expect(() => matchRoots([], undefined, known, 'list')).toThrow(Mismatch);
  });

  it('lets every part of what a driver sends have more fields, when told to', () => {
    const send = (expected: unknown, actual: unknown): void =>
      match(expected, actual, known, { path: 'command', extras: 'anywhere' });
    const sent = { writeConcern: { w: 'majority', wtimeout: 5 }, updates: [{ q: {}, u: {} }] };
    expect(() => send({ writeConcern: { w: 'majority' }, updates: [{ q: {} }] }, sent)).not.toThrow();
    expect(() => send({ writeConcern: { w: 1 } }, sent)).toThrow(Mismatch);
    expect(() => send({ updates: [{ q: {} }, { q: {} }] }, sent)).toThrow(Mismatch);
  });

  it('compares outcomes exactly, but for the order of fields', () => {
    expect(() => matchExactly([{ _id: 1, x: 2 }], [{ x: 2, _id: 1 }], 'outcome')).not.toThrow();
    expect(() => matchExactly([{ _id: 1 }], [{ _id: 1, x: 2 }], 'outcome')).toThrow(Mismatch);
    expect(() => matchExactly([{ _id: 1 }], [], 'outcome')).toThrow(Mismatch);
  });

  it('does not know other operators, entities or scopes', () => {
    expect(() => matchRoot({ a: { $$near: 1 } }, { a: 1 })).toThrow('unknown operator $$near');
    expect(() => matchRoot({ a: { $$constructor: 1 } }, { a: 1 })).toThrow('unknown operator');
    expect(() => matchRoot({ a: { $$matchesEntity: 'other' } }, { a: 1 })).toThrow('no entity other');
    expect(() => matchRoot({ a: { $$type: 'javascript' } }, { a: new BSON.Code('x', { y: 1 }) })).toThrow(
      Mismatch,
    );
  });
});
