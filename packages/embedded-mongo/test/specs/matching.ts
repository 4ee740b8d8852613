import { inspect } from 'node:util';
import { BSON, type Document } from 'mongodb';
import { typesOf } from './bson-types.js';

/** What a case knows besides the value at hand. */
export interface Known {
  /** The entity of that name. Throws where there is none. */
  entity(name: string): unknown;
  /** The logical session id of a session entity. */
  lsid(session: string): unknown;
}

/** Where an actual document may have more fields than expected. */
export type Extras = 'nowhere' | 'at the top' | 'anywhere';

/** Where a value stands: its path, for messages, and where it may have more fields than expected. */
export interface Place {
  readonly path: string;
  readonly extras: Extras;
}

/** An actual value that is not what a case expects. */
export class Mismatch extends Error {
  override readonly name = 'Mismatch';

  constructor(path: string, expectation: string, actual: unknown) {
    super(`${path}: expected ${expectation}, got ${show(actual)}`);
  }
}

type Rule = (argument: unknown, actual: unknown, known: Known, place: Place) => void;

/** The special operators of expected values. An absent actual value is `undefined`. */
const RULES: Readonly<Record<string, Rule>> = {
  $$exists(argument, actual, _, { path }) {
    if ((actual !== undefined) !== argument)
      throw new Mismatch(path, argument === true ? 'a value' : 'no value', actual);
  },
  $$type(argument, actual, _, { path }) {
    const wanted = Array.isArray(argument) ? (argument as unknown[]) : [argument];
    if (!typesOf(actual).some((type) => wanted.includes(type))) {
      throw new Mismatch(path, `a value of type ${wanted.join(' or ')}`, actual);
    }
  },
  $$matchesEntity(argument, actual, known, place) {
    match(known.entity(String(argument)), actual, known, place);
  },
  $$matchesHexBytes(argument, actual, _, { path }) {
    const bytes = actual instanceof Uint8Array ? Buffer.from(actual).toString('hex') : undefined;
    if (bytes !== String(argument).toLowerCase())
      throw new Mismatch(path, `the bytes ${String(argument)}`, actual);
  },
  $$unsetOrMatches(argument, actual, known, place) {
    if (actual !== undefined) match(argument, actual, known, place);
  },
  $$sessionLsid(argument, actual, known, { path }) {
    match(known.lsid(String(argument)), actual, known, { path, extras: 'nowhere' });
  },
  $$matchAsDocument(argument, actual, known, { path }) {
    if (typeof actual !== 'string') throw new Mismatch(path, 'extended JSON', actual);
    match(argument, BSON.EJSON.parse(actual), known, { path, extras: 'nowhere' });
  },
  $$matchAsRoot(argument, actual, known, { path }) {
    if (fieldsOf(actual) === undefined) throw new Mismatch(path, 'a document', actual);
    match(argument, actual, known, { path, extras: 'at the top' });
  },
  $$lte(argument, actual, _, { path }) {
    const number = numberOf(actual);
    if (number === undefined || number > Number(argument)) {
      throw new Mismatch(path, `a number up to ${String(argument)}`, actual);
    }
  },
};

/** Holds an actual value to an expected one, by the format's rules. Throws Mismatch. */
export function match(expected: unknown, actual: unknown, known: Known, place: Place): void {
  const operator = specialOperator(expected);
  if (operator !== undefined) {
    operator.rule(operator.argument, actual, known, place);
  } else if (Array.isArray(expected)) {
    matchArray(expected, actual, known, place);
  } else {
    const fields = fieldsOf(expected);
    if (fields !== undefined) matchFields(fields, actual, known, place);
    else if (!areEqual(expected, actual)) throw new Mismatch(place.path, show(expected), actual);
  }
}

/** Holds a list of documents, such as a query's results, to the expected ones; each may have further fields. */
export function matchRoots(expected: readonly unknown[], actual: unknown, known: Known, path: string): void {
  matchArray(expected, actual, known, { path, extras: 'at the top' });
}

/** Holds documents to others exactly, but for the order of their fields. */
export function matchExactly(expected: readonly Document[], actual: readonly Document[], path: string): void {
  const none: Known = { entity: unknownName, lsid: unknownName };
  matchArray(expected, actual, none, { path, extras: 'nowhere' });
}

function unknownName(name: string): never {
  throw new Error(`${name} cannot be used here`);
}

function matchArray(expected: readonly unknown[], actual: unknown, known: Known, place: Place): void {
  const { path, extras } = place;
  if (!Array.isArray(actual) || actual.length !== expected.length) {
    throw new Mismatch(path, `${String(expected.length)} elements like ${show(expected)}`, actual);
  }
  for (const [index, item] of expected.entries()) {
    match(item, actual[index], known, { path: `${path}[${String(index)}]`, extras });
  }
}

function matchFields(
  expected: ReadonlyMap<string, unknown>,
  actual: unknown,
  known: Known,
  place: Place,
): void {
  const { path, extras } = place;
  const inside: Extras = extras === 'anywhere' ? 'anywhere' : 'nowhere';
  const fields = fieldsOf(actual);
  if (fields === undefined)
    throw new Mismatch(path, `a document like ${show(Object.fromEntries(expected))}`, actual);
  for (const [name, value] of expected) {
    match(value, fields.get(name), known, { path: `${path}.${name}`, extras: inside });
  }
  if (extras !== 'nowhere') return;
  for (const [name, value] of fields) {
    if (!expected.has(name)) throw new Mismatch(`${path}.${name}`, 'no such field', value);
  }
}

function specialOperator(expected: unknown): { rule: Rule; argument: unknown } | undefined {
  const fields = fieldsOf(expected);
  if (fields?.size !== 1) return undefined;
  for (const [name, argument] of fields) {
    if (!name.startsWith('$$')) continue;
    const rule = Object.hasOwn(RULES, name) ? RULES[name] : undefined;
    if (rule === undefined) throw new Error(`unknown operator ${name}`);
    return { rule, argument };
  }
  return undefined;
}

/** The fields of a document, which the driver gives as an object or as a Map; those that are undefined do not count. */
function fieldsOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  if (value instanceof Map) {
    return new Map([...(value as Map<unknown, unknown>)].map(([name, item]) => [String(name), item]));
  }
  if (value instanceof Date || value instanceof RegExp || value instanceof Uint8Array) return undefined;
  if ('_bsontype' in value) return undefined;
  return new Map(Object.entries(value).filter(([, item]) => item !== undefined));
}

function areEqual(expected: unknown, actual: unknown): boolean {
  const number = numberOf(expected);
  if (number !== undefined) {
    const other = numberOf(actual);
    if (typeof number === 'bigint' && typeof other === 'bigint') return number === other;
    return other !== undefined && (Number(number) === Number(other) || Object.is(number, other));
  }
  if (actual === undefined || Array.isArray(actual) || fieldsOf(actual) !== undefined) return false;
  return Buffer.compare(BSON.serialize({ v: expected }), BSON.serialize({ v: actual })) === 0;
}

function numberOf(value: unknown): number | bigint | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  if (value instanceof BSON.Int32 || value instanceof BSON.Double) return value.value;
  return value instanceof BSON.Long ? value.toBigInt() : undefined;
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  try {
    return BSON.EJSON.stringify(
      value instanceof Map ? Object.fromEntries(value as Map<string, unknown>) : value,
    );
  } catch {
    return inspect(value);
  }
}
