import { Int32, Long } from 'bson';
import { equalValues } from '../bson/compare.js';
import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import type { Arguments } from './arguments.js';

/** A capped collection's size is rounded up to this many bytes, as by MongoDB. */
const SIZE_STEP = 256;

/** The options `capped`, `size` and `max` of `create` as they are kept; none where the collection is not capped. */
export function readCapped(args: Arguments): Doc {
  const options: Doc = new Map();
  const size = args.wholeNumber('size');
  const max = args.wholeNumber('max');
  if (!args.flag('capped')) {
    if (size === undefined && max === undefined) return options;
    throw new EngineError(
      'InvalidOptions',
      "the 'capped' field needs to be true when either the 'size' or 'max' fields are present",
    );
  }
  if (size === undefined) {
    throw new EngineError('InvalidOptions', "the 'size' field is required when 'capped' is true");
  }
  if (size <= 0) throw new EngineError('BadValue', "the 'size' field must be greater than 0");
  options.set('capped', true).set('size', whole(Math.ceil(size / SIZE_STEP) * SIZE_STEP));
  if (max !== undefined && max > 0) options.set('max', whole(max));
  return options;
}

/** Whether a collection with these options is capped as another one is, or neither is. */
export function isCappedAs(options: Doc, other: Doc): boolean {
  return ['capped', 'size', 'max'].every((name) =>
    equalValues(options.get(name) ?? null, other.get(name) ?? null),
  );
}

function whole(number: number): Value {
  return number < 2 ** 31 ? new Int32(number) : Long.fromNumber(number);
}
