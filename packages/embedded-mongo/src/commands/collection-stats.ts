import { hostname } from 'node:os';
import { Int32, Long } from 'bson';
import { isNumeric, toDouble } from '../bson/numbers.js';
import { DateTime, type Doc, type Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import type { TimeSlice } from '../query/execute-slice.js';
import type { Collection, Index } from '../storage/catalogue.js';
import { endOfPrefix, type Key } from '../storage/keys.js';
import type { View } from '../storage/view.js';
import { Arguments } from './arguments.js';
import type { CommandContext } from './command.js';
import type { SourceScope } from './aggregate-source.js';

/** `$collStats`: one document about a collection. Sizes are those of what is stored, found by a scan. */
export async function* collectionStats(
  { engine }: CommandContext,
  argument: Value,
  { ns, collection, reader }: SourceScope,
): AsyncGenerator<Doc> {
  const args = new Arguments('$collStats', argument as Doc);
  args.allowOnly(['count', 'storageStats', 'latencyStats', 'queryExecStats']);
  args.refuse('latencyStats', 'queryExecStats');
  const storage = args.document('storageStats');
  const wantsCount = args.document('count') !== undefined;
  const result: Doc = new Map<string, Value>([
    ['ns', ns],
    ['host', hostname()],
    ['localTime', new DateTime(BigInt(Date.now()))],
  ]);
  if (collection === undefined) {
    if (wantsCount || storage !== undefined) {
      throw new EngineError(
        'NamespaceNotFound',
        `Unable to retrieve $collStats: Collection [${ns}] not found.`,
      );
    }
    yield result;
    return;
  }
  const count = engine.store.counts.count(collection.indexes[0]?.prefix ?? '');
  if (storage !== undefined) {
    const view = engine.store.latest();
    try {
      result.set('storageStats', await storageStats(view, collection, count, scaleOf(storage), reader.slice));
    } finally {
      view.release();
    }
  }
  if (wantsCount) result.set('count', Long.fromNumber(count));
  yield result;
}

function scaleOf(storage: Doc): number {
  const args = new Arguments('$collStats.storageStats', storage);
  args.allowOnly(['scale', 'verbose', 'waitForLock', 'numericOnly']);
  const scale = args.value('scale');
  if (scale === undefined) return 1;
  const factor = isNumeric(scale) ? Math.trunc(toDouble(scale)) : Number.NaN;
  if (factor >= 1) return factor;
  throw new EngineError('BadValue', "$collStats: 'scale' must be a number greater than 0");
}

async function storageStats(
  view: View,
  { indexes, options }: Collection,
  count: number,
  scale: number,
  slice: TimeSlice,
): Promise<Doc> {
  const [documents, ...others] = indexes;
  const size = documents === undefined ? 0 : await sizeOf(view, documents, slice);
  const indexSizes: Doc = new Map<string, Value>([['_id_', new Int32(0)]]);
  let indexSize = 0;
  for (const index of others) {
    const bytes = await sizeOf(view, index, slice);
    indexSizes.set(index.name, scaled(bytes, scale));
    indexSize += bytes;
  }
  const capped = options.get('capped') === true;
  const stats: Doc = new Map<string, Value>([
    ['size', scaled(size, scale)],
    ['count', whole(count)],
    ['avgObjSize', whole(count === 0 ? 0 : Math.floor(size / count))],
    ['numOrphanDocs', new Int32(0)],
    ['storageSize', scaled(size, scale)],
    ['freeStorageSize', new Int32(0)],
    ['capped', capped],
    ['nindexes', new Int32(indexes.length)],
    ['indexBuilds', indexes.filter(({ ready }) => !ready).map(({ name }) => name)],
    ['totalIndexSize', scaled(indexSize, scale)],
    ['totalSize', scaled(size + indexSize, scale)],
    ['indexSizes', indexSizes],
    ['scaleFactor', whole(scale)],
  ]);
  const maxSize = options.get('size');
  if (capped) stats.set('max', options.get('max') ?? new Int32(0));
  if (capped && maxSize !== undefined) {
    stats.set('maxSize', isNumeric(maxSize) ? scaled(toDouble(maxSize), scale) : maxSize);
  }
  return stats;
}

/** The bytes of all keys and values of an index, without its prefix; of documents that is what they are kept in. */
async function sizeOf(view: View, index: Index, slice: TimeSlice): Promise<number> {
  let bytes = 0;
  for (const [key, value] of view.range(index.prefix, endOfPrefix(index.prefix) as Key)) {
    bytes += index.id === 0 ? value.length - CHECKSUM : key.length - index.prefix.length + value.length;
    if (slice.isOver()) await slice.rest();
  }
  return bytes;
}

/** What is stored with each document, in bytes. */
const CHECKSUM = 4;

function scaled(bytes: number, scale: number): Value {
  return whole(Math.floor(bytes / scale));
}

function whole(number: number): Value {
  return number < 2 ** 31 ? new Int32(number) : Long.fromNumber(number);
}
