import { randomUUID } from 'node:crypto';
import { equalValues } from '../bson/compare.js';
import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import type { Collection } from '../storage/collection.js';
import { createIndex } from '../storage/index-changes.js';
import { createCollection, dropCollection } from '../storage/schema.js';
import type { EachResult } from './aggregate-output.js';
import type { CommandContext } from './command.js';
import { runInsert } from './insert-statement.js';
import { OUT_PREFIX, replaceCollection } from '../storage/replace-collection.js';
import type { Namespace } from './namespace.js';

/**
 * `$out`: the results become all that the target has, at one moment; its options and indexes stay. They are gathered
 * in a collection of their own first, so a failure leaves the target as it was.
 */
export async function replaceByResults(
  context: CommandContext,
  each: EachResult,
  target: Namespace,
): Promise<void> {
  const { store } = context.engine;
  const before = store.catalogue.find(target.ns);
  if (before?.options.get('capped') === true) {
    throw new EngineError('Location17152', `namespace '${target.ns}' is capped so it can't be used for $out`);
  }
  const name = `${OUT_PREFIX}${randomUUID()}`;
  const options: Doc = before?.options ?? new Map<string, Value>();
  const gathering = await createCollection(store, target.db, name, options);
  const place: Namespace = { db: target.db, collection: name, ns: gathering.ns };
  try {
    for (const index of before?.indexes.slice(1) ?? []) {
      if (index.ready) await createIndex(store, gathering, index);
    }
    await each(async ({ bytes }) => {
      await runInsert(context, place, bytes, undefined);
    });
    await replaceCollection(store, gathering, target, context.operation, (now) => {
      checkUnchanged(before, now, gathering, target);
    });
  } catch (error) {
    await dropCollection(store, gathering);
    throw error;
  }
}

/** Throws where the target has been given other options or indexes meanwhile: the new documents do not heed them. */
function checkUnchanged(
  before: Collection | undefined,
  now: Collection | undefined,
  gathering: Collection,
  { ns }: Namespace,
): void {
  if (before === now) {
    const ready = now?.indexes.filter((index) => index.ready).length ?? 1;
    if (
      ready === gathering.indexes.length &&
      (now === undefined || equalValues(now.options, gathering.options))
    )
      return;
  }
  throw new EngineError('CommandFailed', `collection options of target collection ${ns} changed during $out`);
}
