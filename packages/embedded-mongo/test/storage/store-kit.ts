import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Int32 } from 'bson';
import { decodeDoc, encodeDoc } from '../../src/bson/codec.js';
import type { Doc, Value } from '../../src/bson/types.js';
import type { Collection, IndexDefinition } from '../../src/storage/collection.js';
import { readDocument, readStored } from '../../src/storage/reading.js';
import { idKeyOf, insertDocument, updateDocument } from '../../src/storage/records.js';
import { createCollection } from '../../src/storage/schema.js';
import { Store } from '../../src/storage/store.js';
import type { Transaction } from '../../src/storage/transaction.js';
import type { View } from '../../src/storage/view.js';

const folders: string[] = [];
export const stores = new Set<Store>();

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'embedded-mongo-store-'));
  folders.push(folder);
  return folder;
}

export function openStore(folder = newFolder()): Store {
  const { store } = Store.open(folder, {
    onFatal: (error) => {
      throw error;
    },
  });
  stores.add(store);
  return store;
}

export async function close(store: Store): Promise<void> {
  stores.delete(store);
  await store.close();
}

/** Closes and removes everything that a test opened. */
export async function cleanUp(): Promise<void> {
  for (const store of stores) await close(store);
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export const doc = (fields: Record<string, Value>): Doc => new Map(Object.entries(fields));
export const int = (value: number): Int32 => new Int32(value);

export function insert(
  transaction: Transaction,
  collection: Collection,
  fields: Record<string, Value>,
): void {
  insertDocument(transaction, collection, encodeDoc(doc(fields)));
}

export function read(view: View, collection: Collection, id: Value): Doc | undefined {
  const bytes = readDocument(view, collection, idKeyOf(id));
  return bytes === undefined ? undefined : decodeDoc(bytes);
}

export function set(
  transaction: Transaction,
  collection: Collection,
  id: Value,
  fields: Record<string, Value>,
): void {
  const stored = readStored(transaction, collection, idKeyOf(id));
  if (stored === undefined) throw new Error('nothing to update');
  const old = decodeDoc(stored.bytes);
  const now = new Map([...old, ...Object.entries(fields)]);
  updateDocument(transaction, collection, stored, { old, doc: now, bytes: encodeDoc(now) });
}

export const amountOf = (view: View, collection: Collection, id: string): number | undefined =>
  (read(view, collection, id)?.get('n') as Int32 | undefined)?.value;

export const byField = (name: string, options: Partial<IndexDefinition> = {}): IndexDefinition => ({
  name: `${name}_1`,
  key: [[name, 1]],
  unique: false,
  sparse: false,
  spec: new Map<string, Value>([['name', `${name}_1`]]),
  ...options,
});

export async function withAccounts(store: Store): Promise<Collection> {
  const collection = await createCollection(store, 'test', 'accounts', new Map());
  await store.writeOnce((own) => {
    insert(own, collection, { _id: 'a', n: int(1) });
    insert(own, collection, { _id: 'b', n: int(2) });
  });
  return collection;
}
