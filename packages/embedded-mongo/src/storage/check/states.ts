import { isDeepStrictEqual } from 'node:util';
import type { Disk, HeldState } from '../disk.js';
import type { Meta, PageFile } from './page-file.js';

/** How often a moment without a commit is waited for; a commit takes far longer than reading two pages. */
const ATTEMPTS = 10_000;
/** The free tree's keys are numbers. The same field also keeps flags of the file, in its higher bits. */
const NUMBER_KEYS = 8;
const FLAGS_OF_TREE = 0xff;

/** A state that is kept from change, and what the file's own meta page says of it. */
export interface KnownState {
  readonly held: HeldState;
  readonly meta: Meta;
}

/**
 * Holds the newest state that LMDB shows. That is not always the newest meta page in the file: the process that writes
 * puts the page there first, has it synced, and only then tells the readers. Throws where LMDB shows a state of which
 * the file has no meta page.
 */
export function holdState(disk: Disk, file: PageFile): KnownState {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const held = disk.hold();
    // Two commits later, the page is that of another state.
    const meta = restingMetas(file).find(({ page, txn }) => txn === held.txn && page === txn % 2);
    if (meta !== undefined) return { held, meta };
    held.release();
  }
  throw new Error('the data file is damaged: the state that LMDB shows is none of its first two pages');
}

/** What is wrong with the first two pages: they show two successive states, each with a tree that its commit made. */
export function problemsOfMetas(file: PageFile): string[] {
  const metas = restingMetas(file);
  const [newest, older] = metas;
  if (newest === undefined || older === undefined) return ['one of the first two pages is damaged'];
  const problems = metas
    .filter((meta) => !isWellMade(file, meta))
    .map(({ page }) => `page ${String(page)} does not belong to the tree that it names`);
  const areSuccessive = newest.txn === older.txn + 1 && newest.txn % 2 === newest.page;
  if (!areSuccessive || newest.free.flags !== older.free.flags) {
    problems.push('the first two pages do not show two successive states');
  }
  return problems;
}

function isWellMade(file: PageFile, { data, free, txn }: Meta): boolean {
  if (data.flags !== 0 || (free.flags & FLAGS_OF_TREE) !== NUMBER_KEYS) return false;
  if (data.root === undefined) return true;
  // Every batch writes the sequence, and so a new root.
  const root = file.read(data.root);
  return root.length >= 16 && Number(root.readBigUInt64LE(8)) === txn;
}

/** The meta pages, each as a whole: a commit may be writing one. */
function restingMetas(file: PageFile): Meta[] {
  let metas = file.metas();
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const again = file.metas();
    if (isDeepStrictEqual(metas, again)) break;
    metas = again;
  }
  return metas;
}
