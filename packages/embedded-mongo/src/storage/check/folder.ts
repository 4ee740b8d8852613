import { join } from 'node:path';
import { Catalogue } from '../catalogue.js';
import type { Collection } from '../collection.js';
import { EntryCounts } from '../counts.js';
import { DATA_FILE, type Disk } from '../disk.js';
import { type DiskSnapshot } from '../disk-snapshot.js';
import { checkFormat } from '../format.js';
import { allIndexes } from '../insertion-order.js';
import { endOfPrefix, prefixOf, RESERVED, type Key } from '../keys.js';
import { Overlay } from '../overlay.js';
import { PublishedView } from '../view.js';
import { CollectionCheck } from './collection.js';
import { PageFile } from './page-file.js';
import type { FolderReport } from './report.js';
import { isOwnRecord } from '../seal.js';
import { openState, problemsOfMetas } from './states.js';
import { checkBeginning, checkLength, checkStructure, Problems, type Structure } from './structure.js';

/** What is to be checked, and where. */
export interface CheckTask {
  readonly folder: string;
  /** One collection alone, by its namespace. */
  readonly ns?: string | undefined;
  /** A folder of its own inside a private one, for LMDB's lock file; made where it does not exist. The caller removes it. */
  readonly aside: string;
}

/**
 * Checks a data folder, or one collection of it, as it is on disk now. Where a process writes it meanwhile, that one
 * holds a picture until the end of the check. Damage may crash the process that runs this, or hold it for ever: run it
 * in one of its own.
 */
export async function checkFolder(task: CheckTask, onProgress: () => void): Promise<FolderReport> {
  const file = PageFile.open(join(task.folder, DATA_FILE));
  let disk: Disk | undefined;
  try {
    checkBeginning(file);
    const state = await openState(task.folder, file, task.aside);
    const { meta } = state;
    disk = state.disk;
    checkLength(file, meta);
    const structure = checkStructure(file, meta);
    onProgress();
    const snapshot = state.show();
    const problems = [...structure.problems, ...problemsOfMetas(file), ...damagedRecords(snapshot)];
    const view = new PublishedView(snapshot, snapshot.sequence, new Overlay(), () => snapshot.release());
    const collections: FolderReport['collections'][number][] = [];
    const refusal = refusalOf(view);
    if (refusal !== undefined) problems.push(refusal);
    for (const collection of refusal === undefined ? collectionsOf(view, task.ns, structure, problems) : []) {
      const counts = new EntryCounts();
      for (const index of allIndexes(collection)) counts.load(view, index.prefix);
      collections.push(new CollectionCheck(view, collection, counts, structure, onProgress).run());
    }
    view.release();
    return { problems, collections, ...(refusal === undefined ? {} : { refusal }) };
  } finally {
    file.close();
    await disk?.close();
  }
}

/** Reads every record of the engine's own, by scan and by search. */
function damagedRecords(snapshot: DiskSnapshot): string[] {
  const problems = new Problems();
  for (const kind of Object.values(RESERVED)) {
    const prefix = prefixOf(0, kind);
    const entries = snapshot.range(prefix, endOfPrefix(prefix) as Key);
    try {
      for (let step = entries.next(); step.done !== true; step = entries.next()) {
        const { key } = step.value;
        if (snapshot.get(key) === undefined)
          problems.add(`a record of kind ${String(kind)} is not found by search`);
      }
    } catch (error) {
      problems.add(`a record of kind ${String(kind)} is damaged: ${String(error)}`);
    }
  }
  return problems.list();
}

function refusalOf(view: PublishedView): string | undefined {
  try {
    checkFormat(view);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function collectionsOf(
  view: PublishedView,
  ns: string | undefined,
  structure: Structure,
  problems: string[],
): Collection[] {
  try {
    const { live, dropped } = new Catalogue().load(view);
    problems.push(...namelessCollections([...live, ...dropped], structure));
    return live.filter((collection) => ns === undefined || collection.ns === ns);
  } catch (error) {
    problems.push(`the catalogue cannot be read: ${String(error)}`);
    return [];
  }
}

/** Tells of documents of which the catalogue does not say whose they are. */
function namelessCollections(known: readonly Collection[], { entries }: Structure): string[] {
  const documents = new Set(known.map(({ id }) => prefixOf(id, 0)));
  const isNameless = (prefix: Key): boolean =>
    prefix.endsWith('\0\0') && !isOwnRecord(prefix) && !documents.has(prefix);
  return [...entries]
    .filter(([prefix]) => isNameless(prefix))
    .map(([prefix, count]) => {
      const number = String(Buffer.from(prefix, 'latin1').readUInt32BE(0));
      return `the name of collection number ${number} is lost; it has ${String(count)} documents`;
    });
}
