import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { ALIGNMENT, FrameWriter, lengthOfFrame, readFrame } from '../../src/storage/journal/frame.js';
import { Journal, type Syncing } from '../../src/storage/journal/journal.js';
import { hasJournal, JOURNAL_FILES, readJournal } from '../../src/storage/journal/read.js';
import type { Key } from '../../src/storage/keys.js';
import { cleanUp, newFolder } from './store-kit.js';

type Changes = Map<Key, Uint8Array | null>;

const key = fc
  .uint8Array({ minLength: 1, maxLength: 60 })
  .map((bytes) => Buffer.from(bytes).toString('latin1'));
const value = fc.option(fc.uint8Array({ maxLength: 900 }), { nil: null });
const changes: fc.Arbitrary<Changes> = fc
  .array(fc.tuple(key, value), { minLength: 1, maxLength: 12 })
  .map((entries) => new Map(entries));

const plain = (entries: Iterable<readonly [Key, Uint8Array | null]>): [Key, string | null][] =>
  [...entries].map(([name, bytes]) => [name, bytes === null ? null : Buffer.from(bytes).toString('hex')]);

/** A journal whose first file holds so many frames, each of some changes, from sequence 0 on. */
async function journalOf(folder: string, steps: readonly Changes[], syncing?: Syncing): Promise<Journal> {
  const journal = Journal.open(folder, 3, syncing);
  for (const [at, step] of steps.entries()) await journal.append(at, at + 1, step, at % 2 === 0);
  return journal;
}

const file = (folder: string, at: 0 | 1): string => join(folder, JOURNAL_FILES[at]);
const paddedLength = (step: Changes): number => Math.ceil(lengthOfFrame(step) / ALIGNMENT) * ALIGNMENT;

afterEach(cleanUp);

describe('a frame', () => {
  it('is read as it was written', () => {
    const writer = new FrameWriter();
    const number = fc.maxSafeNat();
    fc.assert(
      fc.property(fc.nat(2 ** 32 - 1), number, number, changes, (epoch, after, upTo, step) => {
        const bytes = Buffer.from(writer.encode(epoch, after, upTo, step));
        const { frame, end } = readFrame(bytes, 0) ?? {};
        expect(frame).toMatchObject({ epoch, after, upTo });
        expect(plain(frame?.changes ?? [])).toEqual(plain(step));
        expect(end).toBe(bytes.length);
      }),
    );
  });

  it('may be larger than the buffer that is kept', () => {
    const step: Changes = new Map([['large', new Uint8Array(3 * 1024 * 1024).fill(7)]]);
    const found = readFrame(new FrameWriter().encode(1, 0, 1, step), 0);
    expect(plain(found?.frame.changes ?? [])).toEqual(plain(step));
  });

  it('is none once a bit of it is another, or its end is missing', () => {
    const writer = new FrameWriter();
    fc.assert(
      fc.property(
        changes,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.nat(7),
        (step, where, bit) => {
          const bytes = Buffer.from(writer.encode(1, 4, 5, step));
          const at = Math.floor(where * lengthOfFrame(step));
          const cut = bytes.subarray(0, at);
          expect(readFrame(cut, 0)).toBeUndefined();
          bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << bit), at);
          expect(readFrame(bytes, 0)).toBeUndefined();
        },
      ),
    );
  });
});

describe('a journal', () => {
  it('holds every frame that was written, whatever was written of the next one when the power failed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(changes, { minLength: 1, maxLength: 8 }),
        fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
        async (steps, kept) => {
          const folder = newFolder();
          await journalOf(folder, steps);
          const bytes = readFileSync(file(folder, 0));
          const before = steps.slice(0, -1).reduce((sum, step) => sum + paddedLength(step), 0);
          for (let at = before, sector = 0; at < bytes.length; at += ALIGNMENT, sector += 1) {
            if (kept[sector] !== true) bytes.fill(0, at, at + ALIGNMENT);
          }
          writeFileSync(file(folder, 0), bytes);
          const { frames, gaps } = readJournal(folder, 3, 0);
          expect(gaps).toEqual([]);
          const isWhole = frames.length === steps.length;
          expect(frames.length).toBeGreaterThanOrEqual(steps.length - 1);
          expect(frames.map((frame) => plain(frame.changes))).toEqual(
            (isWhole ? steps : steps.slice(0, -1)).map((step) => plain(step)),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('that syncs after each write holds the same', async () => {
    const steps = [0, 1, 2, 3].map((at): Changes => new Map([['k', Buffer.alloc(300 * at, at)]]));
    const [one, other] = [newFolder(), newFolder()];
    await journalOf(one, steps, 'with the write');
    await journalOf(other, steps, 'after the write');
    expect(readJournal(other, 3, 0).frames).toHaveLength(4);
    expect(readJournal(other, 3, 0)).toEqual(readJournal(one, 3, 0));
  });

  it('tells of a frame that is damaged where later ones are not', async () => {
    const folder = newFolder();
    const steps = Array.from(
      { length: 5 },
      (_, at): Changes => new Map([[`k${String(at)}`, Buffer.alloc(700, at)]]),
    );
    await journalOf(folder, steps);
    const sound = readFileSync(file(folder, 0));
    const length = paddedLength(steps[0] as Changes);
    for (let step = 0; step < steps.length; step += 1) {
      const bytes = Buffer.from(sound);
      bytes.writeUInt8(bytes.readUInt8(step * length + 100) ^ 1, step * length + 100);
      writeFileSync(file(folder, 0), bytes);
      const { frames, gaps } = readJournal(folder, 3, 0);
      expect(frames.map(({ upTo }) => upTo)).toEqual([1, 2, 3, 4, 5].filter((upTo) => upTo !== step + 1));
      // Nothing tells a last frame that is damaged from one that was never written whole.
      expect(gaps).toEqual(step === 4 ? [] : [step]);
    }
  });

  it('goes on in the other file only when that is not needed any more', async () => {
    const folder = newFolder();
    const step: Changes = new Map([['k', Buffer.alloc(10)]]);
    const journal = await journalOf(folder, [step, step]);
    journal.turn(0);
    await journal.append(2, 3, step, true);
    // The first file holds what is not in the data file.
    journal.turn(1);
    await journal.append(3, 4, step, true);
    expect(statSync(file(folder, 0)).size).toBe(2 * ALIGNMENT);
    expect(statSync(file(folder, 1)).size).toBe(2 * ALIGNMENT);
    expect(readJournal(folder, 3, 0).frames.map(({ upTo }) => upTo)).toEqual([1, 2, 3, 4]);
    journal.turn(2);
    await journal.append(4, 5, step, true);
    // What is left of the second frame lies behind the fifth, and does not count.
    expect(statSync(file(folder, 0)).size).toBe(2 * ALIGNMENT);
    expect(readJournal(folder, 3, 2)).toMatchObject({
      frames: [{ upTo: 3 }, { upTo: 4 }, { upTo: 5 }],
      gaps: [],
    });
    journal.remove();
    expect(hasJournal(folder)).toBe(false);
  });

  it('says nothing of another epoch', async () => {
    const folder = newFolder();
    const step: Changes = new Map([['k', Buffer.alloc(10)]]);
    await journalOf(folder, [step, step, step]);
    expect(readJournal(folder, 4, 0)).toEqual({ frames: [], gaps: [] });
    // A new epoch writes over the first frame: the two behind it would seem to follow.
    await Journal.open(folder, 4).append(0, 1, step, true);
    expect(readJournal(folder, 4, 0)).toMatchObject({ frames: [{ epoch: 4, upTo: 1 }], gaps: [] });
    expect(readJournal(folder, undefined, 0).frames).toHaveLength(1);
  });

  it('is read from its newest end where the data file does not tell how far it is', async () => {
    const folder = newFolder();
    const steps = [0, 1, 2, 3].map((at): Changes => new Map([['k', Buffer.alloc(10, at)]]));
    await journalOf(folder, steps);
    const bytes = readFileSync(file(folder, 0));
    bytes.fill(0, ALIGNMENT, 2 * ALIGNMENT);
    writeFileSync(file(folder, 0), bytes);
    expect(readJournal(folder, undefined, undefined).frames.map(({ upTo }) => upTo)).toEqual([3, 4]);
  });
});
