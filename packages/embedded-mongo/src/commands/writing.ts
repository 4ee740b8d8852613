import { decodeDoc } from '../bson/codec.js';
import { decodePart } from '../bson/part.js';
import type { Doc } from '../bson/types.js';
import { docOf, type Scan } from '../query/execute/scan.js';
import { TimeSlice } from '../query/execute/slice.js';
import { collectionDropped, eachRow } from '../query/execute/execute.js';
import { EngineError } from '../errors.js';
import { isCapped, trimCapped } from '../storage/capped.js';
import type { Collection } from '../storage/collection.js';
import { readStored, type StoredDocument } from '../storage/reading.js';
import { placeAsked } from '../query/plan/plan.js';
import { compareSortKeys, type SortKey } from '../query/sort/sort.js';
import type { Transaction } from '../storage/transaction.js';
import type { View } from '../storage/view.js';
import type { CommandContext } from './command.js';
import type { Eventually } from './eventually.js';
import { scanFor, type Query } from './reading.js';

/** A document about to be changed, as the transaction that changes it sees it. */
export class Found {
  private whole: Doc | undefined;

  constructor(readonly stored: StoredDocument) {}

  get idKey(): string {
    return this.stored.idKey;
  }

  get doc(): Doc {
    return (this.whole ??= decodeDoc(this.stored.bytes));
  }
}

/**
 * Makes one change: within the client's transaction, else in a transaction of its own, which may run `change` several
 * times (it waits for documents that others hold), so that only its result counts. Throws QueryPlanKilled when the
 * collection has been dropped meanwhile.
 */
export function write<T>(
  { transaction, engine, operation }: CommandContext,
  collection: Collection,
  change: (transaction: Transaction) => T,
): Eventually<T> {
  const checked = (own: Transaction): T => {
    if (collection.dropped) throw collectionDropped(collection);
    const result = change(own);
    if (isCapped(collection)) trimCapped(engine.store.counts, own, collection);
    return result;
  };
  if (transaction !== undefined) {
    refuseCapped(collection);
    return checked(transaction);
  }
  return engine.store.writeOnce(checked, 'spare the reserve', operation);
}

/**
 * Acts upon the first document of the query, as it is at the moment of the change. Where there is none, `otherwise`
 * makes a change instead; without it the result is `undefined`.
 */
export function onFirst<T>(
  context: CommandContext,
  collection: Collection,
  query: Query,
  act: (transaction: Transaction, found: Found) => T,
  otherwise?: (transaction: Transaction) => T,
): Eventually<T | undefined> {
  context.transaction?.touch(collection);
  const { filter, sort, hint, collation } = query;
  const place =
    sort === undefined ? placeAsked(filter.source, { hint, collated: collation !== undefined }) : undefined;
  if (place === undefined) return onFirstOfScan(context, collection, query, act, otherwise);
  return write(context, collection, (transaction) => {
    const found = readMatch(transaction, collection, query, place);
    return found === undefined ? otherwise?.(transaction) : act(transaction, found);
  });
}

async function onFirstOfScan<T>(
  context: CommandContext,
  collection: Collection,
  query: Query,
  act: (transaction: Transaction, found: Found) => T,
  otherwise: ((transaction: Transaction) => T) | undefined,
): Promise<T | undefined> {
  for (;;) {
    const { scan, sortKey } = scanFor(collection, query);
    const place = scan.plan.idKey ?? (await firstPlace(context, scan, sortKey));
    if (place === undefined) return otherwise && (await write(context, collection, otherwise));
    const changed = await write(context, collection, (transaction) => {
      const found = readMatch(transaction, collection, query, place);
      if (found !== undefined) return { result: act(transaction, found) };
      if (scan.plan.idKey === undefined) return undefined;
      return { result: otherwise?.(transaction) };
    });
    if (changed !== undefined) return changed.result;
    // The document has changed since it was found; look again.
    context.checkInterrupt();
  }
}

/**
 * Acts upon every document that satisfies the query now, each in a change of its own (outside transactions). What
 * `act` changes is not met again. Hands each result to `collect`.
 */
export async function onEach<T>(
  context: CommandContext,
  collection: Collection,
  query: Query,
  act: (transaction: Transaction, found: Found) => T,
  collect: (result: T) => void,
): Promise<void> {
  context.transaction?.touch(collection);
  const { scan } = scanFor(collection, query);
  const slice = new TimeSlice(context);
  const rest = async (): Promise<void> => {
    await slice.rest();
    // What the disk has not taken yet is held in memory.
    await context.engine.store.roomForMore();
  };
  const change = async (idKey: string): Promise<void> => {
    const changed = await write(context, collection, (transaction) => {
      const found = readMatch(transaction, collection, query, idKey);
      return found && { result: act(transaction, found) };
    });
    if (changed !== undefined) collect(changed.result);
    if (slice.isOver()) await rest();
  };
  if (context.transaction !== undefined) {
    // A transaction sees its own changes: all places are found before the first of them.
    const places: string[] = [];
    scan.open(context.transaction);
    await eachRow(scan, slice, (row) => {
      places.push(row.idKey);
    });
    for (const idKey of places) await change(idKey);
    return;
  }
  const view = context.engine.store.latest();
  try {
    scan.open(view);
    for (let row = scan.next(); row !== undefined; row = scan.next()) {
      if (row !== null) await change(row.idKey);
      else if (slice.isOver()) await rest();
    }
  } finally {
    scan.pause();
    view.release();
  }
}

function refuseCapped(collection: Collection): void {
  if (!isCapped(collection)) return;
  throw new EngineError(
    'OperationNotSupportedInTransaction',
    `Collection '${collection.ns}' is a capped collection. Writes in transactions are not allowed on capped collections.`,
  );
}

function readMatch(view: View, collection: Collection, query: Query, idKey: string): Found | undefined {
  const stored = readStored(view, collection, idKey);
  if (stored === undefined) return undefined;
  const found = new Found(stored);
  const { fields, matches } = query.filter;
  return matches(fields === undefined ? found.doc : decodePart(stored.bytes, fields)) ? found : undefined;
}

/** The place of the first row, by the sort key where the scan itself is not in order. */
async function firstPlace(
  context: CommandContext,
  scan: Scan,
  sortKey: ((doc: Doc) => SortKey) | undefined,
): Promise<string | undefined> {
  const view = context.transaction ?? context.engine.store.latest();
  let least: { key: SortKey; idKey: string } | undefined;
  try {
    scan.open(view);
    await eachRow(scan, new TimeSlice(context), (row) => {
      const key = sortKey?.(docOf(row)) ?? '';
      if (least === undefined || compareSortKeys(key, least.key) < 0) least = { key, idKey: row.idKey };
      return sortKey === undefined;
    });
  } finally {
    scan.pause();
    view.release();
  }
  return least?.idKey;
}
