import { Int32 } from 'bson';
import { typeName } from '../../bson/compare.js';
import type { Doc, Value } from '../../bson/types.js';
import { EngineError } from '../../errors.js';
import { bounded, checkLength } from './bounded-value.js';
import { fixed, namedArguments, ranged, type ExpressionOperator } from './types.js';
import { isNullish, safeInteger } from '../values.js';

type Code = `Location${number}`;

function text(value: Value | undefined, what: string, code: Code): string {
  if (typeof value === 'string') return value;
  const found = value === undefined ? 'missing' : typeName(value);
  throw new EngineError(code, `${what} must be a string, found: ${found}`);
}

const split = fixed('$split', 2, (value, separator) => {
  if (isNullish(value) || isNullish(separator)) return null;
  const whole = text(value, "$split's first argument", 'Location40085');
  const between = text(separator, "$split's second argument", 'Location40086');
  if (between === '') throw new EngineError('Location40087', '$split requires a non-empty separator');
  return pieces(whole, between);
});

/** The most pieces, and one more: for those the check of their length fails. */
const TOO_MANY = 4_000_001;

function pieces(whole: string, between: string): string[] {
  const parts = whole.split(between, TOO_MANY);
  checkLength(parts.length);
  return parts;
}

const indexOfCP = ranged('$indexOfCP', 2, 4, (value, wanted, from, to) => {
  if (isNullish(value)) return null;
  const whole = text(value, "$indexOfCP's first argument", 'Location40093');
  const sought = text(wanted, "$indexOfCP's second argument", 'Location40094');
  const start = unitsOf(whole, position(from, 0));
  const end = to === undefined ? whole.length : unitsOf(whole, position(to, 0));
  const at = start > whole.length ? -1 : whole.indexOf(sought, start);
  return new Int32(at < 0 || at + sought.length > end ? -1 : charactersOf(whole, at));
});

/** Where a character (code point) begins in a string, in UTF-16 units; beyond its end where there are not so many. */
function unitsOf(whole: string, characters: number): number {
  let units = 0;
  for (let left = characters; left > 0 && units <= whole.length; left -= 1) {
    units += (whole.codePointAt(units) ?? 0) > 0xffff ? 2 : 1;
  }
  return units;
}

/** How many characters (code points) there are before a UTF-16 unit. */
function charactersOf(whole: string, units: number): number {
  let characters = 0;
  for (let at = 0; at < units; at += (whole.codePointAt(at) ?? 0) > 0xffff ? 2 : 1) characters += 1;
  return characters;
}

function position(value: Value | undefined, otherwise: number): number {
  if (value === undefined) return otherwise;
  const number = safeInteger(value);
  if (number === undefined) throw new EngineError('Location40096', '$indexOfCP requires an integral index');
  if (number < 0) throw new EngineError('Location40097', '$indexOfCP requires a nonnegative index');
  return number;
}

/** What MongoDB takes for white space. */
const WHITE_SPACE =
  '\0\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a';

function trimming(name: string, atStart: boolean, atEnd: boolean): [string, ExpressionOperator] {
  return [
    name,
    (argument, compiler) => {
      const parts = namedArguments(name, argument, ['input'], ['chars']);
      const input = compiler.compile(parts.get('input') ?? null);
      const chars = compiler.compile(parts.get('chars') ?? WHITE_SPACE);
      return (doc, vars) => {
        const value = input(doc, vars);
        const set = chars(doc, vars);
        if (isNullish(value) || isNullish(set)) return null;
        const removed = new Set(text(set, `${name}'s chars`, 'Location50700'));
        const characters = [...text(value, `${name}'s input`, 'Location50699')];
        let from = 0;
        let to = characters.length;
        while (atStart && from < to && removed.has(characters[from] as string)) from += 1;
        while (atEnd && from < to && removed.has(characters[to - 1] as string)) to -= 1;
        return characters.slice(from, to).join('');
      };
    },
  ];
}

function replacing(
  name: string,
  replace: (input: string, find: string, replacement: string) => string,
): [string, ExpressionOperator] {
  return [
    name,
    (argument, compiler) => {
      const parts: Doc = namedArguments(name, argument, ['input', 'find', 'replacement']);
      const [input, find, replacement] = ['input', 'find', 'replacement'].map((part) =>
        compiler.compile(parts.get(part) ?? null),
      );
      return (doc, vars) => {
        const values = [input, find, replacement].map((part) => part?.(doc, vars));
        const [from, what, by] = values.map((value, i) =>
          isNullish(value) ? null : text(value, `${name}'s argument`, `Location${String(51746 - i)}` as Code),
        );
        if (from === null || what === null || by === null) return null;
        return replace(from as string, what as string, by as string);
      };
    },
  ];
}

const compareIgnoringCase = fixed('$strcasecmp', 2, (a, b) => {
  const [one, other] = [a, b].map((value) =>
    isNullish(value) ? '' : text(value, "$strcasecmp's argument", 'Location16007').replace(/[a-z]+/g, upper),
  ) as [string, string];
  return new Int32(Math.sign(Buffer.compare(Buffer.from(one), Buffer.from(other))));
});

function upper(letters: string): string {
  return letters.toUpperCase();
}

const lengthInBytes = fixed(
  '$strLenBytes',
  1,
  (value) => new Int32(Buffer.byteLength(text(value, "$strLenBytes's argument", 'Location34473'))),
);

/** Operators that search and cut strings. */
export const textOperators: readonly [string, ExpressionOperator][] = [
  ['$indexOfCP', indexOfCP],
  trimming('$ltrim', true, false),
  replacing('$replaceAll', (input, find, replacement) => {
    // The empty text is found before each character, and at the end.
    const parts = find === '' ? ['', ...input, ''] : pieces(input, find);
    bounded<Value>(parts.map(() => replacement));
    return parts.join(replacement);
  }),
  replacing('$replaceOne', (input, find, replacement) => {
    const at = input.indexOf(find);
    if (at < 0) return input;
    return bounded(input.slice(0, at) + replacement + input.slice(at + find.length));
  }),
  trimming('$rtrim', false, true),
  ['$split', split],
  ['$strLenBytes', lengthInBytes],
  ['$strcasecmp', compareIgnoringCase],
  trimming('$trim', true, true),
];
