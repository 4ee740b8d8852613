import { join } from 'node:path';
import { Catalogue, type Collection } from '../catalogue.js';
import { EntryCounts } from '../counts.js';
import { DATA_FILE, Disk, type DiskSnapshot } from '../disk.js';
import { checkFormat } from '../format.js';
import { allIndexes } from '../insertion-order.js';
import { endOfPrefix, prefixOf, RESERVED, type Key } from '../keys.js';
import { Overlay } from '../overlay.js';
import { PublishedView } from '../view.js';
import { CollectionCheck } from './collection.js';
import { PageFile, type Meta } from './page-file.js';
import type { FolderReport } from './report.js';
import { checkStructure, Problems } from './structure.js';

/** How often a moment without a commit is looked for, to know which state of the file a snapshot shows. */
const ATTEMPTS = 10_000;

/**
 * Checks a data folder, or one collection of it by its namespace, as it is on disk now; other processes may use it
 * meanwhile. Damage may crash the process that runs this, or hold it for ever: run it in one of its own.
 */
export async function checkFolder(
  folder: string,
  ns: string | undefined,
  onProgress: () => void,
): Promise<FolderReport> {
  const file = PageFile.open(join(folder, DATA_FILE));
  let disk: Disk | undefined;
  try {
    disk = Disk.openToRead(folder);
    const { snapshot, meta } = stateOf(disk, file);
    const structure = checkStructure(file, meta);
    onProgress();
    const problems = [...structure.problems];
    if (file.metas().length < 2) problems.push('one of the first two pages is damaged');
    problems.push(...damagedRecords(snapshot));
    const view = new PublishedView(snapshot, snapshot.sequence, new Overlay(), () => snapshot.release());
    const collections: FolderReport['collections'][number][] = [];
    for (const collection of collectionsOf(view, ns, problems)) {
      const counts = new EntryCounts();
      for (const index of allIndexes(collection)) counts.load(view, index.prefix);
      collections.push(new CollectionCheck(view, collection, counts, structure, onProgress).run());
    }
    view.release();
    return { problems, collections };
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

function stateOf(disk: Disk, file: PageFile): { snapshot: DiskSnapshot; meta: Meta } {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const [before] = file.metas();
    const snapshot = disk.snapshot();
    const [after] = file.metas();
    if (before !== undefined && before.txn === after?.txn) return { snapshot, meta: after };
    snapshot.release();
  }
  throw new Error('the file was never at rest');
}

function collectionsOf(view: PublishedView, ns: string | undefined, problems: string[]): Collection[] {
  try {
    checkFormat(view);
    const { live } = new Catalogue().load(view);
    return live.filter((collection) => ns === undefined || collection.ns === ns);
  } catch (error) {
    problems.push(`the catalogue cannot be read: ${String(error)}`);
    return [];
  }
}
