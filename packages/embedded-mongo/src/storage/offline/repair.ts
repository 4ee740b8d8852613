import { readField } from '../../bson/fields.js';
import { MAX_COMMAND_DEPTH, validateDoc } from '../../bson/validate.js';
import { EngineError } from '../../errors.js';
import { Catalogue } from '../catalogue.js';
import type { Collection, Index } from '../collection.js';
import { Problems } from '../check/structure.js';
import { EntryCounts } from '../counts.js';
import { Disk } from '../disk.js';
import { decodeSequence, encodeSequence, SEQUENCE_KEY } from '../disk-snapshot.js';
import { checkFormat } from '../format.js';
import { readNumber } from '../insertion-order.js';
import { endOfPrefix, prefixOf, RESERVED, type Key } from '../keys.js';
import { isSound } from '../reading.js';
import { idKeyOf, insertDocument } from '../records.js';
import { isIntact, isSealed, unseal } from '../seal.js';
import { Store } from '../store.js';
import type { View } from '../view.js';
import { layJournalOver, putJournalAside } from './repair-journal.js';
import { replaceDataFile } from './replace-file.js';
import { Salvage } from './salvage.js';

/** So many bytes of documents are held in memory at once. */
const CHUNK_BYTES = 16 * 1024 * 1024;
/** The sequence goes on well after the last one that may have been answered. */
const SEQUENCES_SKIPPED = 1_000_000;
/** Where a repaired folder's sequence begins when the old one cannot be read. */
const SEQUENCE_UNKNOWN = 2 ** 40;

export interface RepairOutcome {
  readonly documents: number;
  /** What was found damaged and what had to be left out, a line each; empty when nothing was wrong. */
  readonly problems: readonly string[];
  /** The name of the old data file, which stays in the folder. */
  readonly keptAs: string;
}

type Records = ReadonlyMap<Key, Uint8Array>;

/**
 * Writes a stopped folder's data anew: all documents that are sound, with their indexes and counts built from them.
 * The old data file stays beside. Throws, and changes nothing, where the format is newer than this code, or nothing can
 * be read. The caller holds the folder's lock.
 */
export async function repairFolder(folder: string): Promise<RepairOutcome> {
  const problems = new Problems();
  const salvage = new Salvage(folder, problems.add);
  const keptAs = `data.before-repair-${String(Date.now())}.mdb`;
  let documents = 0;
  try {
    layJournalOver(folder, salvage, problems.add);
    const records = readRecords(salvage, problems);
    await replaceDataFile(
      folder,
      async (newFolder) => {
        await writeRecords(newFolder, records);
        documents = await copyDocuments(newFolder, salvage, records, problems);
      },
      keptAs,
    );
    putJournalAside(folder, keptAs);
  } finally {
    salvage.close();
  }
  return { documents, problems: problems.list(), keptAs };
}

/** The engine's own records that can be read: format, catalogue, sequence, counts, sessions. */
function readRecords(salvage: Salvage, problems: Problems): Records {
  const records = new Map<Key, Uint8Array>();
  salvage.entries(prefixOf(0, 0), prefixOf(1, 0), (key, stored) => {
    const value = isSealed(key) ? unsealedIfIntact(key, stored) : stored;
    if (value !== undefined && isUsable(key, value)) records.set(key, Buffer.from(value));
    else
      problems.add(
        `a record of the engine's own (${Buffer.from(key, 'latin1').toString('hex')}) is damaged and left out`,
      );
  });
  checkFormat(viewOf(records));
  return records;
}

function unsealedIfIntact(key: Key, stored: Uint8Array): Uint8Array | undefined {
  return isIntact(key, stored) ? unseal(key, stored) : undefined;
}

function isUsable(key: Key, value: Uint8Array): boolean {
  const kind = (key.charCodeAt(4) << 8) | key.charCodeAt(5);
  try {
    if (kind === RESERVED.catalogue) new Catalogue().load(viewOf(new Map([[key, value]])));
    if (kind === RESERVED.catalogue || kind === RESERVED.sessions) validateDoc(value, MAX_COMMAND_DEPTH);
    return kind === RESERVED.sequence ? value.byteLength === 8 : true;
  } catch {
    // Whatever is wrong with it, it cannot be used.
    return false;
  }
}

async function writeRecords(newFolder: string, records: Records): Promise<void> {
  const counts = prefixOf(0, RESERVED.counts);
  const kept = [...records].filter(([key]) => !key.startsWith(counts));
  const sequence = records.get(SEQUENCE_KEY);
  const next = sequence === undefined ? SEQUENCE_UNKNOWN : decodeSequence(sequence) + SEQUENCES_SKIPPED;
  const disk = Disk.open(newFolder);
  await disk.write(new Map([...kept, [SEQUENCE_KEY, encodeSequence(next)]]));
  await disk.close();
}

async function copyDocuments(
  newFolder: string,
  salvage: Salvage,
  records: Records,
  problems: Problems,
): Promise<number> {
  let failure: unknown;
  const { store, dropped } = Store.open(newFolder, {
    onFatal: (error) => {
      failure = error;
    },
  });
  const counts = new EntryCounts();
  let documents = 0;
  for (const collection of store.catalogue.list()) {
    const { prefix } = collection.indexes[0] as Index;
    const copied = await copyCollection(store, salvage, collection, problems);
    documents += copied;
    counts.load(viewOf(records), prefix);
    const expected = counts.count(prefix);
    if (copied !== expected) {
      problems.add(`${collection.ns}: ${String(copied)} documents of ${String(expected)} could be kept`);
    }
  }
  reportUnknown(salvage, [...store.catalogue.list(), ...dropped], problems);
  await store.close();
  if (failure !== undefined) throw new Error('the new data file could not be written', { cause: failure });
  return documents;
}

async function copyCollection(
  store: Store,
  salvage: Salvage,
  collection: Collection,
  problems: Problems,
): Promise<number> {
  const { prefix } = collection.indexes[0] as Index;
  const numbers = numbersIn(salvage, collection);
  let copied = 0;
  let from: Key | undefined = prefix;
  while (from !== undefined) {
    const chunk: [Key, Uint8Array][] = [];
    let bytes = 0;
    let next: Key | undefined;
    salvage.entries(from, endOfPrefix(prefix) as Key, (key, value) => {
      if (bytes >= CHUNK_BYTES) next ??= key;
      else {
        bytes += value.byteLength;
        chunk.push([key, Buffer.from(value)]);
      }
    });
    for (const [key, value] of chunk)
      if (await copyDocument(store, collection, key, value, numbers, problems)) copied += 1;
    await store.durable();
    from = next;
  }
  return copied;
}

/** The places of documents in a capped collection's order, by their id keys. */
type Numbers = ReadonlyMap<string, number>;

/** The order that a capped collection had, as far as it can be read; a document without a number comes last. */
function numbersIn(salvage: Salvage, { order }: Collection): Numbers {
  const numbers = new Map<string, number>();
  if (order === undefined) return numbers;
  const { prefix } = order.byNumber;
  salvage.entries(prefix, endOfPrefix(prefix) as Key, (key, idKey) => {
    if (key.length !== prefix.length + 8) return;
    const number = readNumber(key.slice(prefix.length));
    if (Number.isSafeInteger(number)) numbers.set(Buffer.from(idKey).toString('latin1'), number);
  });
  return numbers;
}

async function copyDocument(
  store: Store,
  collection: Collection,
  key: Key,
  value: Uint8Array,
  numbers: Numbers,
  problems: Problems,
): Promise<boolean> {
  const document = `${collection.ns}: the document with the key ${Buffer.from(key, 'latin1').toString('hex')}`;
  try {
    if (!isSound(key, value)) throw new EngineError('DataCorruptionDetected', 'its checksum is wrong');
    const bytes = value.subarray(4);
    validateDoc(bytes);
    const id = readField(bytes, '_id');
    if (id === undefined || collection.indexes[0]?.prefix + idKeyOf(id) !== key) {
      throw new EngineError('DataCorruptionDetected', 'it lies in the wrong place');
    }
    await store.writeOnce((own) => insertDocument(own, collection, bytes, numbers.get(idKeyOf(id))));
    return true;
  } catch (error) {
    if (!(error instanceof EngineError) || error.codeName === 'OutOfDiskSpace') throw error;
    problems.add(`${document} is left out: ${error.message}`);
    return false;
  }
}

/** Tells of documents whose collection nothing is known of any more. */
function reportUnknown(salvage: Salvage, known: readonly Collection[], problems: Problems): void {
  const ids = new Set(known.map(({ id }) => id));
  const unknown = new Map<number, number>();
  salvage.entries(prefixOf(1, 0), '\xff'.repeat(8), (key) => {
    const id = Buffer.from(key, 'latin1').readUInt32BE(0);
    const isDocument = key.startsWith(prefixOf(id, 0));
    if (isDocument && !ids.has(id)) unknown.set(id, (unknown.get(id) ?? 0) + 1);
  });
  for (const [id, count] of unknown) {
    problems.add(
      `the name of collection number ${String(id)} is lost; its ${String(count)} documents are left out`,
    );
  }
}

/** Records as a view; they must be in key order. */
function viewOf(records: Records): View {
  return {
    sequence: 0,
    get: (key) => records.get(key),
    *range(from, to) {
      for (const [key, value] of records) if (key >= from && key < to) yield [key, value];
    },
    release: () => undefined,
  };
}
