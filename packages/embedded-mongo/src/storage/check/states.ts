import { mkdirSync, rmSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { Disk } from '../disk.js';
import { type DiskSnapshot } from '../disk-snapshot.js';
import type { Meta, PageFile } from './page-file.js';

/** How often a moment without a commit is waited for; a commit takes far longer than reading two pages. */
const ATTEMPTS = 1_000;
/** The free tree's keys are numbers. The same field also keeps flags of the file, in its higher bits. */
const NUMBER_KEYS = 8;
const FLAGS_OF_TREE = 0xff;

/** One state of the file: the file opened by LMDB, its picture, and what the file's own meta page says of it. */
export interface KnownState {
  readonly disk: Disk;
  readonly meta: Meta;
  /** To be called once; before, LMDB has read no page of it. */
  readonly show: () => DiskSnapshot;
}

/**
 * Opens the newest state. Which one LMDB shows is settled when it opens the file, and it may read another one's meta
 * page afterwards, where commits go on: then the file is opened again. Throws where LMDB shows no state of which the
 * file has a meta page.
 * @param aside - an empty folder to open the file by; the caller removes it.
 */
export async function openState(folder: string, file: PageFile, aside: string): Promise<KnownState> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    mkdirSync(aside, { recursive: true, mode: 0o700 });
    const disk = Disk.openAside(folder, aside);
    const before = restingMetas(file);
    const { txn, show, release } = disk.begin();
    const isShown = (meta: Meta): boolean => meta.txn === txn && meta.page === txn % 2;
    const meta = before.find(isShown);
    if (meta !== undefined && restingMetas(file).some(isShown)) return { disk, meta, show };
    release();
    await disk.close();
    rmSync(aside, { recursive: true });
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
