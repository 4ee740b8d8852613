import { BSONRegExp, BSONSymbol, Decimal128, Double, MaxKey, MinKey, ObjectId } from 'bson';
import { compareValues, equalValues, typeOrder } from '../../bson/compare.js';
import { readDecimal } from '../../bson/decimal.js';
import { encodeKeyValue } from '../../bson/keystring.js';
import { Undefined, type Value } from '../../bson/types.js';
import { EngineError } from '../../errors.js';
import { concernsCollation, type Collation } from '../collation.js';
import { expanding, negated, type Condition } from './condition.js';
import { atOnce, LONG_LIST, VALUES_A_STEP, type Steps } from '../long-list.js';
import type { MatchContext, MatchOperator } from './context.js';
import type { ValueTest } from '../paths.js';
import { regexTest } from '../regex/regex.js';
import { holdsOperators, isArray } from '../values.js';

/** The test behind `{ field: value }` and `$eq`: a regular expression is a value here, and null finds missing fields. */
function equalityTest(wanted: Value, collation?: Collation): ValueTest {
  refuseUndefined(wanted);
  if (collation !== undefined && concernsCollation(wanted)) {
    return (value) => value !== undefined && collation.compare(value, wanted) === 0;
  }
  if (wanted === null) return (value) => value === null || value === undefined;
  if (typeof wanted === 'string') {
    return (value) => value === wanted || (value instanceof BSONSymbol && value.value === wanted);
  }
  if (wanted instanceof ObjectId) {
    const bytes = wanted.id;
    return (value) => value instanceof ObjectId && sameId(value.id, bytes);
  }
  return (value) => value !== undefined && equalValues(value, wanted);
}

/** Compares from the end, where ids made one after the other differ. */
function sameId(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 11; i >= 0; i--) if (a[i] !== b[i]) return false;
  return true;
}

/** `{ field: value }`: like `$eq`, but a regular expression searches strings. */
export function literalCondition(wanted: Value, collation?: Collation): Condition {
  return expanding(
    wanted instanceof BSONRegExp
      ? regexTest(wanted.pattern, wanted.options)
      : equalityTest(wanted, collation),
  );
}

export const eq: MatchOperator = (wanted, { collation }) => expanding(equalityTest(wanted, collation));

export const ne: MatchOperator = (wanted, { collation }) => {
  if (wanted instanceof BSONRegExp) throw new EngineError('BadValue', "Can't have regex as arg to $ne.");
  return negated(expanding(equalityTest(wanted, collation)));
};

export const gt = rangeOperator((order) => order > 0, false, MinKey);
export const gte = rangeOperator((order) => order >= 0, true, MinKey);
export const lt = rangeOperator((order) => order < 0, false, MaxKey);
export const lte = rangeOperator((order) => order <= 0, true, MaxKey);

export const oneOf: MatchOperator = (list, context) => expanding(membershipTest(list, '$in', context));

export const noneOf: MatchOperator = (list, context) =>
  negated(expanding(membershipTest(list, '$nin', context)));

/**
 * A comparison within one type: values of other types never match, NaN equals only NaN, and null also stands for
 * missing where equality is included. The extreme key (`MinKey` for $gt and $gte) compares with every type,
 * and with what is missing.
 */
function rangeOperator(
  holds: (order: number) => boolean,
  inclusive: boolean,
  extreme: typeof MinKey | typeof MaxKey,
): MatchOperator {
  return (bound, { field, collation }) => {
    refuseUndefined(bound);
    if (bound instanceof BSONRegExp) {
      throw new EngineError('BadValue', `Can't have RegEx as arg to predicate over field '${field}'.`);
    }
    if (bound === null) return expanding((value) => inclusive && (value === null || value === undefined));
    if (bound instanceof MinKey || bound instanceof MaxKey) {
      const others = bound instanceof extreme;
      return expanding((value) => (value instanceof bound.constructor ? inclusive : others));
    }
    if (isNaNValue(bound)) return expanding((value) => inclusive && isNaNValue(value));
    const bracket = typeOrder(bound);
    const compare = collation?.compare ?? compareValues;
    return expanding(
      (value) =>
        value !== undefined &&
        typeOrder(value) === bracket &&
        !isNaNValue(value) &&
        holds(compare(value, bound)),
    );
  };
}

function isNaNValue(value: Value | undefined): boolean {
  if (value instanceof Double) return Number.isNaN(value.value);
  return value instanceof Decimal128 && readDecimal(value).kind === 'nan';
}

function membershipTest(list: Value, name: string, { collation, slow }: MatchContext): ValueTest {
  if (!isArray(list)) throw new EngineError('BadValue', `${name} needs an array`);
  const searches: ValueTest[] = [];
  for (const item of list) {
    refuseUndefined(item);
    if (holdsOperators(item)) throw new EngineError('BadValue', `cannot nest $ under ${name}`);
    if (item instanceof BSONRegExp) searches.push(regexTest(item.pattern, item.options));
  }
  // An index may express the list wholly: a long one is only made ready when documents are to be tested by it.
  let test: ValueTest | undefined;
  if (list.length > LONG_LIST) {
    slow?.add(function* () {
      test ??= yield* listTest(list, searches, collation);
    });
  }
  return (value) => (test ??= atOnce(listTest(list, searches, collation)))(value);
}

function* listTest(
  list: readonly Value[],
  patterns: readonly ValueTest[],
  collation: Collation | undefined,
): Steps<ValueTest> {
  const strings = new Set<string>();
  const others = new Set<string>();
  const searches = [...patterns];
  let missing = false;
  for (const [position, item] of list.entries()) {
    if (position % VALUES_A_STEP === VALUES_A_STEP - 1) yield null;
    if (item instanceof BSONRegExp) continue;
    if (collation !== undefined && concernsCollation(item)) searches.push(equalityTest(item, collation));
    else if (typeof item === 'string') strings.add(item);
    else if (item instanceof BSONSymbol) strings.add(item.value);
    else others.add(encodeKeyValue(item));
    if (item === null) missing = true;
  }
  return (value) => {
    if (value === undefined) return missing;
    if (typeof value === 'string') {
      if (strings.has(value)) return true;
    } else if (value instanceof BSONSymbol) {
      if (strings.has(value.value)) return true;
    } else if (others.size > 0 && others.has(encodeKeyValue(value))) return true;
    for (const found of searches) if (found(value)) return true;
    return false;
  };
}

function refuseUndefined(value: Value): void {
  if (value instanceof Undefined) throw new EngineError('BadValue', 'cannot compare to undefined');
}
