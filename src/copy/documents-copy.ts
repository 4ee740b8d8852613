import { isDeepStrictEqual } from 'node:util';

import { inChunks } from '../event-store/in-chunks.js';
import type { Keyed, Side } from './sides.js';

const AT_ONCE = 500;
const BY_ID = { _id: 1 } as const;

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
    const known = await byId(to.find({ _id: { $in: idsOf(documents) } }, { projection: { _id: 1 } }));
    const missing = documents.filter(({ _id }) => !known.has(_id));
    if (missing.length > 0) await to.insertMany(missing, { ordered: false });
  }
}

const idsOf = (documents: readonly Keyed[]): string[] => documents.map(({ _id }) => _id);

async function byId(documents: AsyncIterable<Keyed>): Promise<Map<string, Keyed>> {
  const found = new Map<string, Keyed>();
  for await (const document of documents) found.set(document._id, document);
  return found;
}
