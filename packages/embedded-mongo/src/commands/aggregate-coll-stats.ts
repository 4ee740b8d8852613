import { hostname } from 'node:os';
import { Int32, Long } from 'bson';
import { isNumeric, toDouble } from '../bson/numbers.js';
import { DateTime, type Doc, type Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import type { Collection } from '../storage/collection.js';
import { sizesOf, type CollectionSizes } from '../storage/sizes.js';
import { Arguments } from './arguments.js';
import type { CommandContext } from './command.js';
import type { SourceScope } from './aggregate-source.js';

/** `$collStats`: one document about a collection. */
export function* collectionStats(
  { engine }: CommandContext,
  argument: Value,
  { ns, collection }: SourceScope,
): Generator<Doc> {
  const args = Arguments.of('$collStats', argument as Doc, [
    'count',
    'storageStats',
    'latencyStats',
    'queryExecStats',
  ]);
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
  const sizes = sizesOf(engine.store.counts, collection);
  if (storage !== undefined) result.set('storageStats', storageStats(collection, sizes, scaleOf(storage)));
  if (wantsCount) result.set('count', Long.fromNumber(sizes.count));
  yield result;
}

function scaleOf(storage: Doc): number {
  const args = Arguments.of('$collStats.storageStats', storage, [
    'scale',
    'verbose',
    'waitForLock',
    'numericOnly',
  ]);
  const scale = args.value('scale');
  if (scale === undefined) return 1;
  const factor = isNumeric(scale) ? Math.trunc(toDouble(scale)) : Number.NaN;
  if (factor >= 1) return factor;
  throw new EngineError('BadValue', "$collStats: 'scale' must be a number greater than 0");
}

function storageStats(
  { indexes, options }: Collection,
  { count, documents, byIndex, indexes: indexBytes }: CollectionSizes,
  scale: number,
): Doc {
  const capped = options.get('capped') === true;
  const stats: Doc = new Map<string, Value>([
    ['size', scaled(documents, scale)],
    ['count', whole(count)],
    ['avgObjSize', whole(count === 0 ? 0 : Math.floor(documents / count))],
    ['numOrphanDocs', new Int32(0)],
    ['storageSize', scaled(documents, scale)],
    ['freeStorageSize', new Int32(0)],
    ['capped', capped],
    ['nindexes', new Int32(indexes.length)],
    ['indexBuilds', indexes.filter(({ ready }) => !ready).map(({ name }) => name)],
    ['totalIndexSize', scaled(indexBytes, scale)],
    ['totalSize', scaled(documents + indexBytes, scale)],
    ['indexSizes', new Map([...byIndex].map(([name, bytes]) => [name, scaled(bytes, scale)]))],
    ['scaleFactor', whole(scale)],
  ]);
  const maxSize = options.get('size');
  if (capped) stats.set('max', options.get('max') ?? new Int32(0));
  if (capped && maxSize !== undefined) {
    stats.set('maxSize', isNumeric(maxSize) ? scaled(toDouble(maxSize), scale) : maxSize);
  }
  return stats;
}

function scaled(bytes: number, scale: number): Value {
  return whole(Math.floor(bytes / scale));
}

function whole(number: number): Value {
  return number < 2 ** 31 ? new Int32(number) : Long.fromNumber(number);
}
