import { join } from 'node:path';
import { Catalogue, type Collection } from '../catalogue.js';
import { EntryCounts } from '../counts.js';
import { DATA_FILE, Disk, type DiskSnapshot } from '../disk.js';
import { checkFormat } from '../format.js';
import { endOfPrefix, prefixOf, RESERVED, type Key } from '../keys.js';
import { Overlay } from '../overlay.js';
import { PublishedView } from '../view.js';
import { CollectionCheck } from './collection.js';
import { PageFile } from './page-file.js';
import type { FolderReport } from './report.js';
import { holdState, problemsOfMetas } from './states.js';
import { checkBeginning, checkLength, checkStructure, Problems } from './structure.js';

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
    checkBeginning(file);
    disk = Disk.openToRead(folder);
    const { held, meta } = holdState(disk, file);
    checkLength(file, meta);
    const structure = checkStructure(file, meta);
    onProgress();
    const snapshot = held.show();
    const problems = [...structure.problems, ...problemsOfMetas(file), ...damagedRecords(snapshot)];
    const view = new PublishedView(snapshot, snapshot.sequence, new Overlay(), () => snapshot.release());
    const collections: FolderReport['collections'][number][] = [];
    for (const collection of collectionsOf(view, ns, problems)) {
      const counts = new EntryCounts();
      for (const index of collection.indexes) counts.load(view, index.prefix);
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
