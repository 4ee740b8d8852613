import { isDeepStrictEqual } from 'node:util';

import { MongoServerError } from 'mongodb';

import { inChunks } from '../event-store/in-chunks.js';
import { CopyRefused, type Keyed, type Side } from './sides.js';

const AT_ONCE = 500;
const BY_ID = { _id: 1 } as const;
const DUPLICATE_KEY = 11_000;

/**
 * Makes the target's collection hold the source's documents that match a condition, and no others. What the source does
 * not have like that goes first, so that no unique index minds what comes then, whatever has changed places in the
 * source since an earlier copy.
 */
export async function copyDocuments(
  source: Side,
  target: Side,
  collection: string,
  condition: object,
): Promise<void> {
  const [from, to] = [source.db.collection<Keyed>(collection), target.db.collection<Keyed>(collection)];
  const read = (ids: readonly string[]) => ({ $and: [condition, { _id: { $in: ids } }] });
  for await (const documents of inChunks(to.find().sort(BY_ID), AT_ONCE)) {
    const known = await byId(from.find(read(idsOf(documents))));
    const foreign = documents.filter((document) => !isDeepStrictEqual(known.get(document._id), document));
    if (foreign.length > 0) await to.deleteMany({ _id: { $in: idsOf(foreign) } });
  }
  for await (const documents of inChunks(from.find(condition).sort(BY_ID), AT_ONCE)) {
    await insertMissing(target, collection, documents);
  }
}

/**
 * Inserts those documents whose ids are not there yet.
 * @throws CopyRefused when a unique index does not have it: they were read at different times, and cannot stand together.
 */
export async function insertMissing({ db }: Side, name: string, documents: readonly Keyed[]): Promise<void> {
  const collection = db.collection<Keyed>(name);
  const known = await byId(collection.find({ _id: { $in: idsOf(documents) } }, { projection: { _id: 1 } }));
  const missing = documents.filter(({ _id }) => !known.has(_id));
  if (missing.length === 0) return;
  try {
    await collection.insertMany(missing, { ordered: false });
  } catch (error) {
    if (!(error instanceof MongoServerError) || error.code !== DUPLICATE_KEY) throw error;
    throw new CopyRefused(
      `the source's ${name} were written to meanwhile; call this again, with its service stopped`,
      { cause: error },
    );
  }
}

const idsOf = (documents: readonly Keyed[]): string[] => documents.map(({ _id }) => _id);

async function byId(documents: AsyncIterable<Keyed>): Promise<Map<string, Keyed>> {
  const found = new Map<string, Keyed>();
  for await (const document of documents) found.set(document._id, document);
  return found;
}
