import { ObjectId } from 'bson';
import type { MergeOutput } from '../aggregate/merge-spec.js';
import { decodeDoc, encodeDoc } from '../bson/codec.js';
import { equalValues } from '../bson/compare.js';
import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { nestedField } from '../aggregate/nested-field.js';
import { compileFilter } from '../query/match/match.js';
import { isArray, isNullish } from '../query/values.js';
import type { Collection } from '../storage/collection.js';
import { withIdFirst } from '../update/id.js';
import { identical } from '../update/identical.js';
import type { Update } from '../update/update.js';
import type { EachResult } from './aggregate-output.js';
import type { CommandContext } from './command.js';
import { runInsert } from './insert-statement.js';
import type { Namespace } from './namespace.js';
import { runUpdate } from './update-statement.js';

/** `$merge`: puts each result to what the target has, one after the other; what is done stays when a later one fails. */
export async function mergeResults(
  context: CommandContext,
  each: EachResult,
  target: Namespace,
  output: MergeOutput,
): Promise<void> {
  requireUnique(context.engine.store.catalogue.find(target.ns), output.on);
  await each(({ bytes }) => mergeOne(context, target, output, decodeDoc(bytes)));
}

async function mergeOne(
  context: CommandContext,
  target: Namespace,
  output: MergeOutput,
  given: Doc,
): Promise<void> {
  const makesId = output.on.includes('_id') && !given.has('_id');
  const result = makesId ? withIdFirst(given, () => new ObjectId()) : given;
  const filter = new Map(output.on.map((field) => [field, keyOf(result, field)]));
  if (output.whenMatched === 'fail') {
    await runInsert(context, target, encodeDoc(result), undefined);
    return;
  }
  const { matched } = await runUpdate(
    context,
    target,
    {
      query: { filter: compileFilter(filter) },
      update: mergingUpdate(output.whenMatched, result),
      multi: false,
      upsert: output.whenNotMatched === 'insert',
    },
    undefined,
  );
  if (matched === 0 && output.whenNotMatched === 'fail') {
    throw new EngineError(
      'Location13113',
      '$merge could not find a matching document in the target collection for at least one document in the source',
    );
  }
}

function keyOf(result: Doc, field: string): Doc {
  const value = nestedField(result, field.split('.'));
  if (isNullish(value) || isArray(value)) {
    throw new EngineError(
      'Location51132',
      `$merge write error: 'on' field '${field}' cannot be missing, null, undefined or an array`,
    );
  }
  return new Map<string, Value>([['$eq', value]]);
}

function mergingUpdate(whenMatched: Exclude<MergeOutput['whenMatched'], 'fail'>, result: Doc): Update {
  const change = changeOf(whenMatched, result);
  return {
    isReplacement: false,
    apply(existing) {
      const changed = withIdOf(existing, change(existing));
      return identical(changed, existing) ? existing : changed;
    },
    upsert: (_filter, makeId) => withIdFirst(result, makeId),
  };
}

function changeOf(
  whenMatched: Exclude<MergeOutput['whenMatched'], 'fail'>,
  result: Doc,
): (existing: Doc) => Doc {
  if (typeof whenMatched === 'function') return whenMatched(result);
  if (whenMatched === 'replace') return () => result;
  return whenMatched === 'merge' ? (existing) => new Map([...existing, ...result]) : (existing) => existing;
}

/** A document's new form with the `_id` it has always had. Throws ImmutableField where that would change. */
function withIdOf(existing: Doc, changed: Doc): Doc {
  const id = existing.get('_id') as Value;
  const given = changed.get('_id');
  if (given !== undefined && !equalValues(given, id)) {
    throw new EngineError(
      'ImmutableField',
      "$merge failed to update the matching document, did you attempt to modify the _id or the shard key? :: caused by :: Performing an update on the path '_id' would modify the immutable field '_id'",
    );
  }
  return withIdFirst(new Map([...changed, ['_id', id]]), () => new ObjectId());
}

/** Throws where no unique index makes sure that `on` tells one document. */
function requireUnique(collection: Collection | undefined, on: readonly string[]): void {
  const isId = on.length === 1 && on[0] === '_id';
  const isUnique = collection?.indexes.some(
    ({ unique, filter, ready, key }) =>
      unique &&
      ready &&
      filter === undefined &&
      key.length === on.length &&
      key.every(([path]) => on.includes(path)),
  );
  if (isId || isUnique === true) return;
  throw new EngineError('Location51183', 'Cannot find index to verify that join fields will be unique');
}
