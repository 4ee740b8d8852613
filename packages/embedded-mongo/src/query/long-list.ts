import { Binary, ObjectId, Timestamp } from 'bson';
import { encodeKeyValue } from '../bson/keystring.js';
import { isNumeric } from '../bson/numbers.js';
import { DateTime, type Value } from '../bson/types.js';

/** Work in short steps: after each one others may have their turn. */
export type Steps<T> = Generator<null, T, undefined>;

/** A list of more values than this is put in order, or made ready to be looked up in, step by step. */
export const LONG_LIST = 10_000;
/** So many values are taken at a step: a small part of a millisecond. */
export const VALUES_A_STEP = 256;
/** The key string of a text or of bytes of this length is never so long that it is kept cut. */
const SHORT = 128;

/** Takes all steps at once. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

const known = new WeakMap<readonly Value[], LongList>();

/** The places of a long list's values in an index; the values are known to have one short place each. */
export class LongList {
  readonly hasNull: boolean;

  private constructor(private readonly values: readonly Value[]) {
    this.hasNull = values.includes(null);
  }

  /** `undefined` where the argument of an `$in` is no such list. */
  static of(argument: Value): LongList | undefined {
    if (!Array.isArray(argument) || argument.length <= LONG_LIST) return undefined;
    const found = known.get(argument);
    if (found !== undefined || !argument.every(hasShortPlace)) return found;
    const list = new LongList(argument);
    known.set(argument, list);
    return list;
  }

  /** How many values were given, each as often as it was. */
  get length(): number {
    return this.values.length;
  }

  /** Their key strings in order, each once. */
  *keys(descending: boolean): Steps<readonly string[]> {
    let runs: string[][] = [];
    for (let at = 0; at < this.values.length; at += VALUES_A_STEP) {
      const values = this.values.slice(at, at + VALUES_A_STEP);
      const keys = values.map((value) => encodeKeyValue(value, descending)).sort();
      runs.push(keys.filter((key, position) => key !== keys[position - 1]));
      yield null;
    }
    while (runs.length > 1) {
      const longer: string[][] = [];
      for (let at = 0; at < runs.length; at += 2)
        longer.push(yield* merged(runs[at] ?? [], runs[at + 1] ?? []));
      runs = longer;
    }
    return runs[0] ?? [];
  }
}

function* merged(one: readonly string[], other: readonly string[]): Steps<string[]> {
  const all: string[] = [];
  let [i, j] = [0, 0];
  while (i < one.length && j < other.length) {
    const [a, b] = [one[i] as string, other[j] as string];
    if (a <= b) i += 1;
    if (b <= a) j += 1;
    all.push(a < b ? a : b);
    if (all.length % VALUES_A_STEP === 0) yield null;
  }
  return all.concat(one.slice(i), other.slice(j));
}

/** Whether equality with a value is one place in an index, and its key string not long. */
function hasShortPlace(value: Value): boolean {
  if (typeof value === 'string') return value.length <= SHORT;
  if (value instanceof Binary) return value.position <= SHORT;
  return (
    isNumeric(value) ||
    value === null ||
    typeof value === 'boolean' ||
    value instanceof ObjectId ||
    value instanceof DateTime ||
    value instanceof Timestamp
  );
}
