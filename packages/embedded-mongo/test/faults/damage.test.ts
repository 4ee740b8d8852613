import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { createIndex } from '../../src/storage/index-changes.js';
import { createCollection } from '../../src/storage/schema.js';
import { scanDocuments } from '../../src/storage/reading.js';
import { byField, cleanUp, close, insert, int, newFolder, openStore } from '../storage/store-kit.js';
import { damagedCopy, dice, dissect, examine, SHARE, type Anatomy, type Outcome } from './damaged-files.js';

const FLIPPED = Math.ceil(220 * SHARE);
const SPOILT_PAGES = Math.ceil(72 * SHARE);
const TRUNCATED = Math.ceil(40 * SHARE);
/** Every so many damaged files are repaired, too. */
const REPAIR_EVERY = 4;

describe('damaged data files', () => {
  const seed = Number(process.env['FAULT_SEED'] ?? Date.now() % 1_000_000);
  let template: string;
  let anatomy: Anatomy;
  let originals: Set<string>;
  let sound: Outcome;

  beforeAll(async () => {
    template = newFolder();
    const store = openStore(template);
    originals = new Set();
    for (const name of ['orders', 'customers']) {
      const collection = await createCollection(store, 'shop', name, new Map());
      await createIndex(store, collection, byField('n'));
      await createIndex(store, collection, byField('long'));
      await createIndex(store, collection, byField('code', { unique: true }));
      for (let n = 0; n < 120; n += 1) {
        await store.writeOnce((own) =>
          insert(own, collection, {
            _id: int(n),
            n: int(n % 9),
            code: `${name}-${String(n)}`,
            long: 'k'.repeat(400) + String(n),
            ...(n % 20 === 0 ? { blob: 'x'.repeat(9000) } : {}),
          }),
        );
        await store.durable();
      }
      const view = store.latest();
      for (const { bytes } of scanDocuments(view, collection)) {
        originals.add(`${collection.ns}:${createHash('sha1').update(bytes).digest('hex')}`);
      }
      view.release();
    }
    await close(store);
    anatomy = dissect(template);
    const copy = join(newFolder(), 'sound');
    damagedCopy(template, copy, () => undefined);
    sound = (await examine([copy], new Set([copy]))).get(copy) as Outcome;
  });
  afterAll(cleanUp);

  it('reads back what the sound file holds, and finds nothing wrong with it', () => {
    expect(sound).toMatchObject({ found: [], errors: [], problems: [], left: [] });
    expect(new Set(sound.documents)).toEqual(originals);
    expect(new Set(sound.kept)).toEqual(originals);
  });

  it('never gives a damaged or invented document, and a check finds every damage', async () => {
    const roll = dice(seed);
    const { used, pages, pageSize, bytes } = anatomy;
    const home = newFolder();
    const kinds = new Map<string, string>();
    const make = (kind: string, change: (file: Buffer) => void, length?: number): void => {
      const copy = join(home, String(kinds.size));
      damagedCopy(template, copy, change, length);
      kinds.set(copy, kind);
    };
    for (let at = 0; at < FLIPPED; at += 1) {
      const offset = used[roll(used.length)] as number;
      const bit = roll(8);
      make(`bit ${String(bit)} of byte ${String(offset)} flipped`, (file) => {
        file[offset] = (file[offset] as number) ^ (1 << bit);
      });
    }
    for (let at = 0; at < SPOILT_PAGES; at += 1) {
      const page = pages[roll(pages.length)] as number;
      const other = pages[roll(pages.length - 1)] as number;
      const start = page * pageSize;
      if (at % 3 === 0) make(`page ${String(page)} zeroed`, (file) => file.fill(0, start, start + pageSize));
      else if (at % 3 === 1) {
        make(`page ${String(page)} random`, (file) => {
          for (let offset = start; offset < start + pageSize; offset += 1) file[offset] = roll(256);
        });
      } else if (other !== page) {
        make(`page ${String(page)} overwritten with ${String(other)}`, (file) =>
          file.copy(file, start, other * pageSize, (other + 1) * pageSize),
        );
      }
    }
    const last = Math.max(...pages) * pageSize;
    for (let at = 0; at < TRUNCATED; at += 1) {
      const length = roll(Math.min(last, bytes.length));
      make(`cut at ${String(length)}`, () => undefined, length);
    }
    const folders = [...kinds.keys()];
    expect(folders.length).toBeGreaterThan(300 * SHARE);
    const repairs = new Set(folders.filter((_, at) => at % REPAIR_EVERY === 0));
    const outcomes = await examine(folders, repairs);

    const wrong: string[] = [];
    const tally = { crashed: 0, repaired: 0, refused: 0, lost: 0, withoutEffect: 0 };
    for (const [folder, kind] of kinds) {
      const outcome = outcomes.get(folder);
      if (outcome === undefined) throw new Error(`nothing is known of ${kind}`);
      const invented = [...outcome.documents, ...(outcome.kept ?? [])].filter((one) => !originals.has(one));
      if (invented.length > 0) wrong.push(`${kind}: ${String(invented.length)} invented documents`);
      if (outcome.crashed !== undefined) tally.crashed += 1;
      if (outcome.found.length === 0 && outcome.crashed !== 'check') {
        // As when a separator in a branch page has changed into another one that separates the same keys.
        const withoutEffect =
          outcome.errors.length === 0 && outcome.documents.join() === sound.documents.join();
        if (withoutEffect) tally.withoutEffect += 1;
        else wrong.push(`${kind}: not found`);
      }
      if (outcome.crashed === 'repair' || outcome.crashed === 'repaired')
        wrong.push(`${kind}: repair crashed`);
      if (outcome.reason !== undefined) tally.refused += 1;
      if (outcome.left !== undefined) {
        tally.repaired += 1;
        tally.lost += originals.size - new Set(outcome.kept).size;
        if (outcome.left.length > 0) wrong.push(`${kind}: after repair ${outcome.left.join('; ')}`);
        const complete = new Set(outcome.kept).size === originals.size;
        if (!complete && outcome.problems?.length === 0) wrong.push(`${kind}: lost documents without a word`);
      }
    }
    console.log(`${String(kinds.size)} damaged files, seed ${String(seed)}: ${JSON.stringify(tally)}`);
    expect(wrong).toEqual([]);
    expect(tally.withoutEffect).toBeLessThan(10);
  }, 600_000);
});
