import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readFrame } from '../../src/storage/journal/frame.js';
import { JOURNAL_FILES } from '../../src/storage/journal/read.js';
import { deleteDocument, idKeyOf } from '../../src/storage/records.js';
import { createIndex } from '../../src/storage/index-changes.js';
import { createCollection } from '../../src/storage/schema.js';
import { scanDocuments } from '../../src/storage/reading.js';
import type { Collection } from '../../src/storage/collection.js';
import type { Store } from '../../src/storage/store.js';
import { copyOf, killedAfter } from '../storage/killed.js';
import {
  byField,
  cleanUp,
  close,
  insert,
  int,
  newFolder,
  openStore,
  read,
  set,
} from '../storage/store-kit.js';
import { dice, dissect, examine, SHARE, type Outcome } from './damaged-files.js';

const FLIPPED = Math.ceil(60 * SHARE);
const SPOILT_BLOCKS = Math.ceil(45 * SHARE);
/** Of each file. */
const CUT = Math.ceil(20 * SHARE);
/** With the data file damaged as well. */
const BOTH = Math.ceil(60 * SHARE);
const STEPS = 24;
const BLOCK = 512;

type Change = (file: Buffer) => Buffer;

/** One way to damage a folder. */
interface Damage {
  readonly kind: string;
  /** By the file's name. */
  readonly changes: Readonly<Record<string, Change>>;
  /** How many of the newest steps may be lost without a word: the end of a journal looks as if it had not been written. */
  readonly mayLack: number;
}

const ordersIn = (store: Store): Collection => store.catalogue.find('shop.orders') as Collection;

function digestsIn(store: Store): Set<string> {
  const view = store.latest();
  const found = [...scanDocuments(view, ordersIn(store))].map(
    ({ bytes }) => `shop.orders:${createHash('sha1').update(bytes).digest('hex')}`,
  );
  view.release();
  return new Set(found);
}

/** An insert, now and then of a long document, an update and, at times, a removal. */
async function takeStep(store: Store, step: number): Promise<void> {
  const orders = ordersIn(store);
  await store.writeOnce((own) => {
    insert(own, orders, { _id: int(100 + step), n: int(step % 5), code: `new ${String(step)}` });
    if (step % 4 === 0)
      insert(own, orders, { _id: int(200 + step), blob: 'x'.repeat(3000), code: int(step) });
    set(own, orders, int(step), { n: int(50 + step) });
    const old = read(own, orders, int(step + 30));
    if (step % 3 === 0 && old !== undefined) deleteDocument(own, orders, idKeyOf(int(step + 30)), old);
  });
  await store.durable();
}

/** Puts the first half of the steps into the second of the two files, as when the engine has turned to the first. */
function spread(folder: string): void {
  const [first, second] = JOURNAL_FILES.map((name) => join(folder, name)) as [string, string];
  const bytes = readFileSync(first);
  const ends: number[] = [];
  for (let found = readFrame(bytes, 0); found !== undefined; found = readFrame(bytes, found.end)) {
    ends.push(found.end);
  }
  const middle = ends[(ends.length >> 1) - 1] as number;
  writeFileSync(second, bytes.subarray(0, middle));
  writeFileSync(first, bytes.subarray(middle, ends.at(-1)));
}

function damaged(template: string, { changes }: Damage): string {
  const copy = copyOf(template);
  for (const [name, change] of Object.entries(changes)) {
    const path = join(copy, name);
    writeFileSync(path, change(readFileSync(path)));
  }
  return copy;
}

function flip(at: number, bit: number): Change {
  return (file) => {
    file[at] = (file[at] as number) ^ (1 << bit);
    return file;
  };
}

describe('damaged journals', () => {
  const seed = Number(process.env['FAULT_SEED'] ?? Date.now() % 1_000_000);
  const roll = dice(seed);
  let template: string;
  /** What the folder held after each step, from none to all. */
  const states: Set<string>[] = [];
  const written = new Set<string>();

  beforeAll(async () => {
    const home = newFolder();
    const store = openStore(home);
    const orders = await createCollection(store, 'shop', 'orders', new Map());
    await createIndex(store, orders, byField('n'));
    await createIndex(store, orders, byField('code', { unique: true }));
    await store.writeOnce((own) => {
      for (let n = 0; n < 80; n += 1)
        insert(own, orders, { _id: int(n), n: int(n % 9), code: `old ${String(n)}` });
    });
    await close(store);
    template = await killedAfter(home, async (killed) => {
      states.push(digestsIn(killed));
      for (let step = 0; step < STEPS; step += 1) {
        await takeStep(killed, step);
        states.push(digestsIn(killed));
      }
    });
    for (const state of states) for (const digest of state) written.add(digest);
    spread(template);
  });
  afterAll(cleanUp);

  const bytesOf = (name: string): Buffer => readFileSync(join(template, name));
  const anyJournal = (): string => JOURNAL_FILES[roll(JOURNAL_FILES.length)] as string;

  function flipped(): Damage {
    const name = anyJournal();
    const [at, bit] = [roll(bytesOf(name).length), roll(8)];
    return {
      kind: `bit ${String(bit)} of byte ${String(at)} of ${name}`,
      changes: { [name]: flip(at, bit) },
      mayLack: 1,
    };
  }

  function spoiltBlock(): Damage {
    const name = anyJournal();
    const blocks = bytesOf(name).length / BLOCK;
    const [block, other, way] = [roll(blocks), roll(blocks), roll(3)];
    const start = block * BLOCK;
    const change: Change = (file) => {
      if (way === 0) file.fill(0, start, start + BLOCK);
      else if (way === 1) for (let at = start; at < start + BLOCK; at += 1) file[at] = roll(256);
      else file.copy(file, start, other * BLOCK, (other + 1) * BLOCK);
      return file;
    };
    return {
      kind: `block ${String(block)} of ${name}, ${String(way)}, ${String(other)}`,
      changes: { [name]: change },
      mayLack: 1,
    };
  }

  function cut(name = anyJournal()): Damage {
    const length = roll(bytesOf(name).length);
    return {
      kind: `${name} cut at ${String(length)}`,
      changes: { [name]: (file) => file.subarray(0, length) },
      mayLack: STEPS,
    };
  }

  /** One of the above, and a bit or a page of the data file. */
  function both(): Damage {
    const { kind, changes, mayLack } = [flipped, spoiltBlock, () => cut()][roll(3)]?.() as Damage;
    const { used, pages, pageSize } = dissect(template);
    const [at, bit, page] = [used[roll(used.length)] as number, roll(8), pages[roll(pages.length)] as number];
    const isFlipped = roll(2) === 0;
    const data: Change = isFlipped
      ? flip(at, bit)
      : (file) => file.fill(0, page * pageSize, (page + 1) * pageSize);
    const where = isFlipped ? `bit ${String(bit)} of byte ${String(at)}` : `page ${String(page)}`;
    return { kind: `${kind}, ${where} of the data file`, changes: { ...changes, 'data.mdb': data }, mayLack };
  }

  /** Whether this is what there was after one of the newest steps. */
  function isState(documents: readonly string[], mayLack: number): boolean {
    const found = new Set(documents);
    return states
      .slice(Math.max(0, STEPS - mayLack))
      .some((state) => state.size === found.size && [...state].every((digest) => found.has(digest)));
  }

  const invented = ({ documents, kept = [] }: Outcome): number =>
    [...documents, ...kept].filter((digest) => !written.has(digest)).length;

  /** What is wrong with a repair, if anything. */
  function wrongRepair({ crashed, problems = [], left, kept = [] }: Outcome, mayLack: number): string[] {
    if (crashed === 'repair' || crashed === 'repaired') return ['repair crashed'];
    // It was refused.
    if (left === undefined) return [];
    const unsound = left.length > 0 ? [`after repair ${left.join('; ')}`] : [];
    const silent = problems.length === 0 && !isState(kept, mayLack);
    return silent ? [...unsound, 'lost documents without a word'] : unsound;
  }

  async function outcomesOf(damages: readonly Damage[]): Promise<[Damage, Outcome][]> {
    const folders = damages.map((damage) => damaged(template, damage));
    const outcomes = await examine(folders, new Set(folders.filter((_, at) => at % 2 === 0)));
    for (const folder of folders) rmSync(folder, { recursive: true });
    return damages.map((damage, at) => [damage, outcomes.get(folders[at] as string) as Outcome]);
  }

  const times = (count: number, make: () => Damage): Damage[] => Array.from({ length: count }, make);

  it('are brought in up to a step, or refused, and repaired with all that is sound', async () => {
    const damages = [
      ...times(FLIPPED, flipped),
      ...times(SPOILT_BLOCKS, spoiltBlock),
      ...JOURNAL_FILES.flatMap((name) => times(CUT, () => cut(name))),
    ];
    const tally = { whole: 0, lacking: 0, refused: 0, repaired: 0 };
    const wrong: string[] = [];
    for (const [{ kind, mayLack }, outcome] of await outcomesOf(damages)) {
      const { crashed, found, documents, errors, left } = outcome;
      const faults = wrongRepair(outcome, mayLack);
      if (crashed !== undefined) faults.push(`${crashed} crashed`);
      if (invented(outcome) > 0) faults.push('invented documents');
      // The data file is sound.
      if (found.length > 0) faults.push(found.join('; '));
      if (left !== undefined) tally.repaired += 1;
      if (errors.length > 0) {
        tally.refused += 1;
        if (documents.length > 0 || errors.some((error) => !error.includes('the journal is damaged')))
          faults.push(errors.join('; '));
      } else if (isState(documents, 0)) tally.whole += 1;
      else if (isState(documents, mayLack)) tally.lacking += 1;
      else faults.push('documents of no step');
      wrong.push(...faults.map((fault) => `${kind}: ${fault}`));
    }
    console.log(`${String(damages.length)} damaged journals, seed ${String(seed)}: ${JSON.stringify(tally)}`);
    expect(wrong).toEqual([]);
    // What is cut off the newer file is lacking, what is cut off the older one is missed.
    expect([tally.lacking, tally.refused, tally.repaired].every((count) => count > 0)).toBe(true);
  }, 600_000);

  it('together with the data file never give a damaged or invented document', async () => {
    const tally = { crashed: 0, refused: 0, repaired: 0, withoutEffect: 0 };
    const wrong: string[] = [];
    for (const [{ kind, mayLack }, outcome] of await outcomesOf(times(BOTH, both))) {
      const { crashed, found, documents, errors, left } = outcome;
      const faults = wrongRepair(outcome, mayLack);
      if (invented(outcome) > 0) faults.push('invented documents');
      if (crashed !== undefined) tally.crashed += 1;
      if (errors.length > 0) tally.refused += 1;
      if (left !== undefined) tally.repaired += 1;
      if (found.length === 0 && crashed !== 'check') {
        const isRefusedOrWhole = errors.length > 0 || isState(documents, mayLack);
        if (isRefusedOrWhole) tally.withoutEffect += 1;
        else faults.push('not found');
      }
      wrong.push(...faults.map((fault) => `${kind}: ${fault}`));
    }
    console.log(
      `${String(BOTH)} journals and data files, both damaged, seed ${String(seed)}: ${JSON.stringify(tally)}`,
    );
    expect(wrong).toEqual([]);
    expect(tally.repaired).toBeGreaterThan(0);
  }, 600_000);
});
