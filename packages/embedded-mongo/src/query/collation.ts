import { BSONSymbol } from 'bson';
import { compareValues } from '../bson/compare.js';
import { isNumeric, toDouble } from '../bson/numbers.js';
import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { describe } from './values.js';

/** How strings of one language compare: with or without accents, cases, and so on. Other values are not concerned. */
export interface Collation {
  /** The order of two values under the collation: negative, 0 or positive. */
  readonly compare: (a: Value, b: Value) => number;
  /** The value with each string in it replaced by the first one met that equals it, so that equal ones are the same. */
  readonly fold: (value: Value) => Value;
}

const FIELDS = [
  'locale',
  'caseLevel',
  'caseFirst',
  'strength',
  'numericOrdering',
  'alternate',
  'maxVariable',
  'normalization',
  'backwards',
  'version',
];

/**
 * Reads a `collation`; `undefined` for MongoDB's plain one (`simple`). Strengths 1 to 3 follow `Intl.Collator`, which
 * is of the same library (ICU) as MongoDB's. Throws BadValue for a bad one, CommandNotSupported for what is not done.
 */
export function readCollation(spec: Doc): Collation | undefined {
  const locale = spec.get('locale');
  if (typeof locale !== 'string') {
    throw new EngineError(
      'IDLFailedToParse',
      "BSON field 'collation.locale' is missing but a required field",
    );
  }
  for (const name of spec.keys()) {
    if (!FIELDS.includes(name))
      throw new EngineError('IDLUnknownField', `BSON field 'collation.${name}' is an unknown field.`);
  }
  if (locale === 'simple') {
    if (spec.size === 1) return undefined;
    throw new EngineError('BadValue', 'If locale=simple is specified, no other fields should be present');
  }
  const collator = new Intl.Collator(checkedLocale(locale, spec), optionsOf(spec));
  const strings = (a: string, b: string): number => collator.compare(a, b);
  return { compare: (a, b) => compareValues(a, b, strings), fold: folding(strings) };
}

function checkedLocale(locale: string, spec: Doc): string {
  const tag = locale.replace('@collation=', '-u-co-').replaceAll('_', '-');
  try {
    if (Intl.Collator.supportedLocalesOf(tag).length > 0) return tag;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw new EngineError('BadValue', `Field 'locale' is invalid in: ${describe(spec)}`);
}

function optionsOf(spec: Doc): Intl.CollatorOptions {
  const refuse = (name: string): void => {
    if (spec.get(name) === true) throw notSupported(`${name}: true`);
  };
  refuse('backwards');
  const variable = oneOf(spec, 'maxVariable', ['punct', 'space']);
  const alternate = oneOf(spec, 'alternate', ['non-ignorable', 'shifted']);
  if (variable === 'space' && alternate === 'shifted') throw notSupported("maxVariable: 'space'");
  const caseFirst = oneOf(spec, 'caseFirst', ['off', 'upper', 'lower']);
  return {
    usage: 'sort',
    sensitivity: sensitivityOf(spec),
    numeric: spec.get('numericOrdering') === true,
    ignorePunctuation: alternate === 'shifted',
    caseFirst: caseFirst === 'upper' || caseFirst === 'lower' ? caseFirst : 'false',
  };
}

function sensitivityOf(spec: Doc): 'base' | 'accent' | 'case' | 'variant' {
  const given = spec.get('strength');
  const strength = given === undefined ? 3 : isNumeric(given) ? toDouble(given) : Number.NaN;
  if (!Number.isInteger(strength) || strength < 1 || strength > 5) {
    throw new EngineError('BadValue', `Field 'strength' is invalid in: ${describe(spec)}`);
  }
  if (strength > 3) throw notSupported(`strength: ${String(strength)}`);
  const byCase = spec.get('caseLevel') === true;
  if (strength === 1) return byCase ? 'case' : 'base';
  return strength === 2 && !byCase ? 'accent' : 'variant';
}

function oneOf(spec: Doc, name: string, allowed: readonly string[]): string | undefined {
  const value = spec.get(name);
  if (value === undefined) return undefined;
  if (typeof value === 'string' && allowed.includes(value)) return value;
  throw new EngineError('BadValue', `Field '${name}' is invalid in: ${describe(spec)}`);
}

function notSupported(what: string): EngineError {
  return new EngineError('CommandNotSupported', `collation: ${what} is not supported by this engine`);
}

/** The first strings met, in the collation's order: a string's representative is found by search. */
function folding(compare: (a: string, b: string) => number): (value: Value) => Value {
  const known = new Map<string, string>();
  const representatives: string[] = [];
  const foldString = (text: string): string => {
    const before = known.get(text);
    if (before !== undefined) return before;
    let low = 0;
    let high = representatives.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compare(representatives[middle] as string, text) < 0) low = middle + 1;
      else high = middle;
    }
    const found = representatives[low];
    const isKnown = found !== undefined && compare(found, text) === 0;
    if (!isKnown) representatives.splice(low, 0, text);
    const representative = isKnown ? found : text;
    known.set(text, representative);
    return representative;
  };
  const fold = (value: Value): Value => {
    if (typeof value === 'string') return foldString(value);
    if (value instanceof BSONSymbol) return foldString(value.value);
    if (value instanceof Map) return new Map([...value].map(([name, inner]) => [name, fold(inner)]));
    return Array.isArray(value) ? value.map(fold) : value;
  };
  return fold;
}

/** Whether a collation has a say in comparisons with the value: it is a string, or there may be strings in it. */
export function concernsCollation(value: Value): boolean {
  if (typeof value === 'string' || value instanceof BSONSymbol || value instanceof Map) return true;
  return Array.isArray(value) && value.some(concernsCollation);
}
