import type { Side } from './sides.js';

/**
 * Makes the collections and indexes of the source in the target, where they are missing, and gives the collections'
 * names.
 */
export async function copyStructure(source: Side, target: Side): Promise<string[]> {
  const names = await collectionsOf(source);
  const there = new Set(await collectionsOf(target));
  for (const name of names) {
    if (!there.has(name)) await target.db.createCollection(name);
    const indexes = await source.db.collection(name).indexes();
    const own = indexes
      .filter((index) => index.name !== '_id_')
      .map(({ v: _version, key, ...options }) => ({ key: key as Record<string, 1 | -1>, ...options }));
    if (own.length > 0) await target.db.collection(name).createIndexes(own);
  }
  return names;
}

/** The names of a database's own collections. */
export async function collectionsOf({ db }: Side): Promise<string[]> {
  const collections = await db.listCollections({}, { nameOnly: true }).toArray();
  return collections.map(({ name }) => name).filter((name) => !name.startsWith('system.'));
}
