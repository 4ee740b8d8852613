import { openSync, closeSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { PageFile } from '../../src/storage/check/page-file.js';
import { TreeWalk } from '../../src/storage/check/tree-walk.js';
import type { Disk as DiskType } from '../../src/storage/disk.js';
import { Leaves } from '../../src/storage/page-fill/leaves.js';
import { Disk } from './built.js';
import { prefixOf, RESERVED } from '../../src/storage/keys.js';
import { cleanUp, newFolder } from './store-kit.js';

type Entries = Map<string, Uint8Array>;
type Changes = Map<string, Uint8Array | null>;

/** What LMDB adds to key and value of an entry. */
const BESIDE = 10;
const FIRST = '\0\0\0\x05';

/** A key of an index's part, at a place that numbers count up. */
const keyOf = (index: number, part: number, place: number): string =>
  `${FIRST}\0${String.fromCharCode(index)}part ${String(part).padStart(4, '0')} ${String(place).padStart(9, '0')}`;

const open = (folder: string): DiskType => Disk.open(folder);

/** What the file holds, by LMDB. */
function stored(disk: DiskType): [string, string][] {
  const snapshot = disk.snapshot();
  const entries = snapshot.range(FIRST, `${FIRST}\xff`);
  const found: [string, string][] = [];
  for (let step = entries.next(); step.done !== true; step = entries.next()) {
    found.push([step.value.key, Buffer.from(step.value.value).toString('latin1')]);
  }
  snapshot.release();
  return found;
}

/** How full the leaves are on average, of what a file holds; 1 is to the last byte. */
function fill(folder: string): number {
  const file = PageFile.open(join(folder, 'data.mdb'));
  const [newest] = file.metas();
  let bytes = 0;
  const problems: string[] = [];
  const walk = new TreeWalk(file, newest as NonNullable<typeof newest>, {
    entry: (key, value) => (bytes += key.length + value.length + BESIDE),
    problem: (text) => problems.push(text),
  });
  walk.run(newest?.data.root);
  file.close();
  expect(problems).toEqual([]);
  return bytes / walk.size.leafPages / file.pageSize;
}

/** Numbers from 0 up to one less than `below`, always the same ones. */
function numbers(): (below: number) => number {
  let state = 1;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

const value = fc
  .tuple(fc.nat(255), fc.oneof(fc.nat(90), fc.nat(900), fc.nat(6_000)))
  .map(([byte, length]) => new Uint8Array(length).fill(byte));
const index = fc.nat(2);
const part = fc.nat(3);
const change = fc.record({ index, part, place: fc.nat(400), value: fc.option(value, { freq: 3 }) });
const run = fc.record({ index, part, from: fc.nat(400), length: fc.nat(80), value });
const batch = fc.record({
  changes: fc.array(change, { maxLength: 40 }),
  runs: fc.array(run, { maxLength: 3 }),
});

describe('batches that are put so that pages get full', () => {
  afterEach(cleanUp);

  it('leave records of the engine with the checksum that they have', async () => {
    const disk = open(newFolder());
    const session = (name: string): string => `${prefixOf(0, RESERVED.sessions)}${name}`;
    const behind = prefixOf(0, RESERVED.journal);
    await disk.write(new Map([session('a'), behind].map((key) => [key, Uint8Array.of(1)])));
    const run = Array.from({ length: 100 }, (_, number) => session(`b ${String(1_000 + number)}`));
    await disk.write(new Map(run.map((key) => [key, new Uint8Array(90)])));
    const snapshot = disk.snapshot();
    for (const key of [session('a'), behind]) expect(snapshot.get(key)).toEqual(Buffer.of(1));
    snapshot.release();
    await disk.close();
  });

  it('leave behind what their changes leave behind, whatever stands on the pages', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(batch, { minLength: 2, maxLength: 8 }), async (batches) => {
        const folder = newFolder();
        const disk = open(folder);
        const plain: Entries = new Map();
        try {
          for (const { changes, runs } of batches) {
            const all: Changes = new Map();
            for (const { index, part, from, length, value } of runs) {
              for (let place = from; place < from + length; place += 1)
                all.set(keyOf(index, part, place), value);
            }
            for (const one of changes) all.set(keyOf(one.index, one.part, one.place), one.value);
            for (const [key, written] of all) {
              if (written === null) plain.delete(key);
              else plain.set(key, written);
            }
            await disk.write(all);
          }
          const expected = [...plain].map(([key, written]) => [key, Buffer.from(written).toString('latin1')]);
          expect(stored(disk)).toEqual(expected.sort(([a = ''], [b = '']) => (a < b ? -1 : 1)));
          if (plain.size > 0) fill(folder);
        } finally {
          await disk.close();
        }
      }),
      { numRuns: 60 },
    );
  });

  it('fill the pages of parts that grow at their ends, a few keys at a time', async () => {
    const folder = newFolder();
    const disk = open(folder);
    const next = numbers();
    const places = new Array<number>(12).fill(0);
    for (let round = 0; round < 250; round += 1) {
      const changes: Changes = new Map();
      for (let one = 0; one < 24; one += 1) {
        const part = next(places.length);
        const place = (places[part] = (places[part] ?? 0) + 1);
        changes.set(keyOf(1, part, place), new Uint8Array(60));
      }
      await disk.write(changes);
    }
    await disk.close();
    // Halves that nothing goes into any more would make 0.55.
    expect(fill(folder)).toBeGreaterThan(0.8);
  });

  it('fill the pages of documents that come in their order, with as many as a page can take', async () => {
    const folder = newFolder();
    const disk = open(folder);
    for (let round = 0; round < 60; round += 1) {
      const changes: Changes = new Map();
      for (let one = 0; one < 20; one += 1) {
        changes.set(keyOf(0, 0, round * 20 + one), new Uint8Array(500));
        changes.set(keyOf(1, (round * 20 + one) % 3, round * 20 + one), new Uint8Array(2));
      }
      await disk.write(changes);
    }
    await disk.close();
    // 7 go onto a page; LMDB by itself leaves 6.
    expect(fill(folder)).toBeGreaterThan(0.85);
  });

  it('are put just as well on a page that has been damaged: nothing that stands in a page makes looking at it fail', async () => {
    const folder = newFolder();
    const disk = open(folder);
    const changes: Changes = new Map();
    for (let place = 0; place < 3_000; place += 1) {
      changes.set(keyOf(place % 3, place % 7, place), new Uint8Array(place % 50 === 0 ? 5_000 : place % 90));
    }
    await disk.write(changes);
    await disk.close();
    const path = join(folder, 'data.mdb');
    const sound = readFileSync(path);
    const next = numbers();
    let unknown = 0;
    for (let round = 0; round < 400; round += 1) {
      writeFileSync(path, sound);
      const damaged = openSync(path, 'r+');
      // The first two pages say which state is the newest: LMDB and the check of a folder look at those.
      for (let place = 0; place < 200; place += 1) {
        const page = 2 + next(sound.length / 4_096 - 2);
        const bytes = round % 2 === 0 ? Uint8Array.of(next(256)) : new Uint8Array(8).fill(255);
        writeSync(damaged, bytes, 0, bytes.length, page * 4_096 + next(4_088));
      }
      closeSync(damaged);
      const file = PageFile.open(path);
      const leaf = new Leaves(file).of(keyOf(next(3), next(7), next(3_000)));
      if (leaf === undefined) unknown += 1;
      else {
        const place = leaf.placeOf(keyOf(1, 1, 1));
        expect(leaf.bytesBefore(place)).toBeGreaterThanOrEqual(0);
        leaf.entriesFrom(place);
      }
      file.close();
    }
    expect(unknown).toBeGreaterThan(20);
  });
});
