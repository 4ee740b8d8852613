import { fork } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PageFile, type Meta } from '../../src/storage/check/page-file.js';
import { freePages } from '../../src/storage/check/structure.js';
import { TreeWalk } from '../../src/storage/check/tree-walk.js';

const READER = fileURLToPath(new URL('./read-folders.mjs', import.meta.url));
const HEADER = 24;
/** Damage may lead a reader in circles; one folder takes it well under a second. */
const HANG_MS = 30_000;

/** The full run, which sets FAULT_ROUNDS, tries over 300 data files and 200 journals; the normal one a third of that. */
export const SHARE = process.env['FAULT_ROUNDS'] === undefined ? 1 / 3 : 1;

/** A generator of its own, so that a failing run can be repeated. */
export function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

/** What came of one damaged folder. */
export interface Outcome {
  /** The step during which the process ended, if it did not get through. */
  crashed?: string;
  found: string[];
  documents: string[];
  errors: string[];
  /** After `--repair`: what it told, what a check then finds, which documents are left; or why it refused. */
  problems?: string[];
  left?: string[];
  kept?: string[];
  reason?: string;
}

/**
 * Has the engine, as built, look at every folder; a process that ends is followed by another for the rest. Repairs come
 * afterwards, in processes that have never opened a damaged file: it may have spoilt their memory.
 */
export async function examine(
  folders: readonly string[],
  repairs: ReadonlySet<string>,
): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  await inProcesses('look', folders, outcomes);
  await inProcesses('repair', [...repairs], outcomes);
  return outcomes;
}

async function inProcesses(
  task: 'look' | 'repair',
  folders: readonly string[],
  outcomes: Map<string, Outcome>,
): Promise<void> {
  for (let rest = folders; rest.length > 0;) {
    const finished = await untilEnd(task, rest, outcomes);
    // The one that ended the process is not tried again.
    rest = rest.slice(finished + 1);
  }
}

/** Resolves with the number of folders that one process has dealt with; it ended at the one after them, if there is one. */
function untilEnd(
  task: 'look' | 'repair',
  folders: readonly string[],
  outcomes: Map<string, Outcome>,
): Promise<number> {
  const child = fork(READER, [task, ...folders], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  let finished = 0;
  let phase = '';
  const outcomeOf = (folder: string): Outcome => {
    const outcome = outcomes.get(folder) ?? { found: [], documents: [], errors: [] };
    outcomes.set(folder, outcome);
    return outcome;
  };
  const silence = setTimeout(() => child.kill('SIGKILL'), HANG_MS);
  child.on('message', (message) => {
    silence.refresh();
    const { folder, phase: now, ...told } = message as { folder: string; phase: string } & Partial<Outcome>;
    Object.assign(outcomeOf(folder), told);
    phase = now;
    if (now === 'done') finished += 1;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(silence);
      const current = folders[finished];
      if (current === undefined) resolve(finished);
      else if (phase === '') reject(new Error(`the reader ended before it began: ${String(signal ?? code)}`));
      else {
        outcomeOf(current).crashed = phase === 'done' ? task : phase;
        resolve(finished);
      }
    });
  });
}

/** Where the bytes in use lie in a data file. */
export interface Anatomy {
  readonly bytes: Buffer;
  readonly pageSize: number;
  /** The newest meta page and those of the trees, the first of overflow pages included. */
  readonly pages: readonly number[];
  /** Offsets, in the file, of bytes whose change changes something. */
  readonly used: readonly number[];
}

/** Finds the pages and bytes in use of a sound data file. */
export function dissect(folder: string): Anatomy {
  const path = join(folder, 'data.mdb');
  const file = PageFile.open(path);
  const meta = file.metas()[0] as Meta;
  const pages = [meta.page];
  const visitor = {
    page: (page: number): boolean => {
      pages.push(page);
      return true;
    },
    problem: (text: string): never => {
      throw new Error(text);
    },
  };
  new TreeWalk(file, meta, visitor).run(meta.data.root);
  freePages(file, meta, visitor);
  file.close();
  const bytes = readFileSync(path);
  const used = pages.flatMap((page) => usedBytes(bytes, page * meta.pageSize));
  return { bytes, pageSize: meta.pageSize, pages, used };
}

/** The page's number, kind and bounds, the places of its entries, and the keys, values and numbers in them. */
function usedBytes(bytes: Buffer, start: number): number[] {
  const used = [...range(start, start + 8), start + 18, ...range(start + 20, start + HEADER)];
  const kind = bytes.readUInt16LE(start + 18);
  // Magic and version, the two trees (the second has no page size), the last page and the number of the transaction.
  if (kind === 8) return [...range(24, 32), ...range(48, 96), ...range(100, 160)].map((at) => start + at);
  if (kind === 4) return used;
  const lower = start + HEADER + bytes.readUInt16LE(start + 20);
  for (let at = start + HEADER; at < lower; at += 2) {
    used.push(at, at + 1);
    const node = start + HEADER + bytes.readUInt16LE(at);
    const keyEnd = node + 8 + bytes.readUInt16LE(node + 6);
    // LMDB never looks at the key of a branch's first entry.
    if (kind === 1 && at === start + HEADER) used.push(...range(node, node + 6));
    else if (kind === 1) used.push(...range(node, keyEnd));
    else if ((bytes.readUInt16LE(node + 4) & 1) === 1) used.push(...range(node, keyEnd + 8));
    else used.push(...range(node, keyEnd + bytes.readUInt32LE(node)));
  }
  return used;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, at) => from + at);
}

/** A copy of a folder with a changed data file. */
export function damagedCopy(
  folder: string,
  copy: string,
  change: (bytes: Buffer) => void,
  length?: number,
): void {
  mkdirSync(copy, { recursive: true });
  const path = join(copy, 'data.mdb');
  cpSync(join(folder, 'data.mdb'), path);
  const bytes = readFileSync(path);
  change(bytes);
  writeFileSync(path, bytes);
  if (length !== undefined) truncateSync(path, length);
}
