import { Int32, Long } from 'bson';
import { decodeDoc, encodeDoc } from '../bson/codec.js';
import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { isNumeric, toInt64Exact } from '../bson/numbers.js';
import { compileFilterWith } from '../query/match/match.js';
import { compileSortKey, SortBuffer } from '../query/execute/sort.js';
import { compileSortOrder } from '../query/sort/sort.js';
import { describe } from '../query/values.js';
import { batchesOf, documentsOf, type Stage, type StageCompiler } from './stage.js';

/** `$match`'s filter. */
export function matchArgument(argument: Value): Doc {
  if (argument instanceof Map) return argument;
  throw new EngineError('Location15959', 'the match filter must be an object');
}

export const match: StageCompiler = (argument, variables) => {
  const { matches } = compileFilterWith(matchArgument(argument), variables);
  return async function* (input, { slice }) {
    for await (const batch of input) {
      const matching: Doc[] = [];
      for (const doc of batch) {
        if (matches(doc)) matching.push(doc);
        if (slice.isPast()) await slice.rest();
      }
      yield matching;
    }
  };
};

/** `$sort`'s specification, checked. */
export function sortArgument(argument: Value): Doc {
  if (!(argument instanceof Map)) {
    throw new EngineError('Location15973', 'the $sort key specification must be an object');
  }
  if (argument.size === 0) {
    throw new EngineError('Location15976', '$sort stage must have at least one sort key');
  }
  compileSortOrder(argument);
  return argument;
}

/** A sort of which only the first `limit` documents are wanted (0 for all). */
export function sortStage(sort: Doc, limit = 0): Stage {
  const keyOf = compileSortKey(sort);
  return async function* (input, { slice, memory }) {
    const buffer = new SortBuffer(limit, memory);
    try {
      for await (const doc of documentsOf(input)) {
        if (buffer.add(keyOf(doc), encodeDoc(doc))) await buffer.trim(slice);
        if (slice.isPast()) await slice.rest();
      }
      yield* batchesOf(decoded(await buffer.sorted(slice)), slice);
    } finally {
      buffer.release();
    }
  };
}

function* decoded(sorted: Iterable<Uint8Array>): Generator<Doc> {
  for (const bytes of sorted) yield decodeDoc(bytes);
}

/** `$limit`'s number of documents, at least 1. */
export function limitArgument(argument: Value): number {
  const limit = stageNumber('$limit', 'Location2107201', argument);
  if (limit === 0) throw new EngineError('Location15958', 'the limit must be positive');
  return limit;
}

export function limitStage(limit: number): Stage {
  return async function* (input) {
    let left = limit;
    for await (const batch of input) {
      yield batch.length > left ? batch.slice(0, left) : batch;
      left -= batch.length;
      if (left <= 0) return;
    }
  };
}

/** `$skip`'s number of documents, at least 0. */
export function skipArgument(argument: Value): number {
  return stageNumber('$skip', 'Location5107200', argument);
}

export function skipStage(skip: number): Stage {
  return async function* (input) {
    let left = skip;
    for await (const batch of input) {
      if (left < batch.length) yield left > 0 ? batch.slice(left) : batch;
      left = Math.max(0, left - batch.length);
    }
  };
}

function stageNumber(name: string, code: `Location${number}`, argument: Value): number {
  const exact = isNumeric(argument) ? toInt64Exact(argument) : undefined;
  if (exact !== undefined && exact >= 0n) return Number(exact);
  const fault = isNumeric(argument) ? 'a non-negative number' : 'a number';
  throw new EngineError(
    code,
    `invalid argument to ${name} stage: Expected ${fault} in: ${name}: ${describe(argument)}`,
  );
}

export const count: StageCompiler = (argument) => {
  const name = countName(argument);
  return async function* (input) {
    let counted = 0;
    for await (const batch of input) counted += batch.length;
    if (counted > 0)
      yield [new Map([[name, counted < 2 ** 31 ? new Int32(counted) : Long.fromNumber(counted)]])];
  };
};

function countName(argument: Value): string {
  if (typeof argument !== 'string' || argument === '') {
    throw new EngineError('Location40156', 'the count field must be a non-empty string');
  }
  if (argument.startsWith('$')) {
    throw new EngineError('Location40158', 'the count field cannot be a $-prefixed path');
  }
  if (argument.includes('\0')) {
    throw new EngineError('Location40159', 'the count field cannot contain a null byte');
  }
  if (argument.includes('.')) {
    throw new EngineError('Location40160', "the count field cannot contain '.'");
  }
  return argument;
}
