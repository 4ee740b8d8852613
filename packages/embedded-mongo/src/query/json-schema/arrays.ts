import { Int32 } from 'bson';
import { encodeKeyValue } from '../../bson/keystring.js';
import type { Doc, Value } from '../../bson/types.js';
import type { Schema } from './json-schema.js';
import { badArgument, countArgument, documentArgument, failureOf, type Keyword } from './types.js';
import { isArray } from '../values.js';

/** `minItems` and `maxItems`. */
function itemCount(name: string, allows: (length: number, bound: number) => boolean): Keyword {
  return (argument) => {
    const bound = countArgument(name, argument);
    return (value) =>
      !isArray(value) || allows(value.length, bound)
        ? undefined
        : failureOf(name, argument, [
            ['reason', 'array did not match specified length'],
            ['consideredValue', value],
            ['numberOfItems', new Int32(value.length)],
          ]);
  };
}

/** One schema for all items, or one for each of the first. */
const items: Keyword = (argument, context) => {
  if (isArray(argument)) {
    const schemas = argument.map((schema) => context.schema(documentArgument('items', schema)));
    return (value) => itemFailure('items', value, (i) => schemas[i]);
  }
  if (!(argument instanceof Map)) throw badArgument('items', 'an object or an array', argument);
  const schema = context.schema(argument);
  return (value) => itemFailure('items', value, () => schema);
};

function itemFailure(
  name: string,
  value: Value,
  schemaAt: (index: number) => Schema | undefined,
): Doc | undefined {
  if (!isArray(value)) return undefined;
  for (const [index, item] of value.entries()) {
    const failures = schemaAt(index)?.failures(item) ?? [];
    if (failures.length > 0) {
      return failureOf(name, undefined, [
        ['reason', 'At least one item did not match the sub-schema'],
        ['itemIndex', new Int32(index)],
        ['details', failures],
      ]);
    }
  }
  return undefined;
}

/** What may follow the items that `items` lists. */
const additionalItems: Keyword = (argument, context) => {
  const schema =
    typeof argument === 'boolean' ? argument : context.schema(documentArgument('additionalItems', argument));
  const listed = context.siblings.get('items');
  if (!isArray(listed) || schema === true) return undefined;
  if (schema !== false) {
    return (value) =>
      itemFailure('additionalItems', value, (index) => (index < listed.length ? undefined : schema));
  }
  return (value) =>
    !isArray(value) || value.length <= listed.length
      ? undefined
      : failureOf('additionalItems', argument, [
          ['reason', 'found additional items'],
          ['additionalItems', value.slice(listed.length)],
        ]);
};

const uniqueItems: Keyword = (argument) => {
  if (typeof argument !== 'boolean') throw badArgument('uniqueItems', 'a boolean', argument);
  if (!argument) return undefined;
  return (value) => {
    if (!isArray(value)) return undefined;
    const seen = new Set<string>();
    for (const item of value) {
      const key = encodeKeyValue(item);
      if (seen.has(key)) {
        return failureOf('uniqueItems', true, [
          ['reason', 'found a duplicate item'],
          ['consideredValue', value],
          ['duplicatedValue', item],
        ]);
      }
      seen.add(key);
    }
    return undefined;
  };
};

export const arrayKeywords: readonly [string, Keyword][] = [
  ['additionalItems', additionalItems],
  ['items', items],
  ['maxItems', itemCount('maxItems', (found, bound) => found <= bound)],
  ['minItems', itemCount('minItems', (found, bound) => found >= bound)],
  ['uniqueItems', uniqueItems],
];
