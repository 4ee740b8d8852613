import fc from 'fast-check';
import { takeLongRuns, type LongRun } from '../../src/storage/long-runs.js';

type Entries = Map<string, Uint8Array>;

const keyOf = (index: number, place: number): string =>
  `\0\0\0\x05\0${String.fromCharCode(index)}${String(place).padStart(6, '0')}`;

/** What stands behind a key among entries, in order. */
const behindIn = (entries: Entries) => (key: string) =>
  [...entries]
    .filter(([other]) => other > key)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([other, value]) => ({ key: other, value }));

function write(entries: Entries, changes: Iterable<readonly [string, Uint8Array | null]>): void {
  for (const [key, value] of changes) {
    if (value === null) entries.delete(key);
    else entries.set(key, value);
  }
}

/** Writes runs and the rest as the disk does. */
function writeWithRuns(
  entries: Entries,
  runs: readonly LongRun[],
  rest: Map<string, Uint8Array | null>,
): void {
  for (const { puts, aside } of runs) {
    for (const [key] of aside) entries.delete(key);
    write(entries, puts);
    write(
      entries,
      aside.filter(([, value]) => value !== null),
    );
  }
  write(entries, rest);
}

const entry = fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 3_000 }));
const stored = fc.array(entry, { maxLength: 60 });
const changed = fc.array(fc.tuple(entry, fc.boolean()), { maxLength: 60 });
const run = fc.record({ index: fc.nat(2), from: fc.nat(3_000), length: fc.integer({ min: 100, max: 400 }) });

describe('long runs', () => {
  it('leave behind what their changes leave behind, whatever stands and changes around them', () => {
    let taken = 0;
    fc.assert(
      fc.property(stored, changed, fc.array(run, { minLength: 1, maxLength: 3 }), (before, single, runs) => {
        const disk: Entries = new Map(
          before.map(([index, place]) => [keyOf(index, place), Uint8Array.of(1)]),
        );
        const changes = new Map<string, Uint8Array | null>();
        for (const { index, from, length } of runs) {
          for (let place = from; place < from + length; place += 1) {
            changes.set(keyOf(index, place), Uint8Array.of(2, index));
          }
        }
        for (const [[index, place], kept] of single) {
          changes.set(keyOf(index, place), kept ? Uint8Array.of(3) : null);
        }
        const [plain, withRuns]: [Entries, Entries] = [new Map(disk), new Map(disk)];
        write(plain, changes);
        const rest = new Map(changes);
        const found = takeLongRuns(rest, behindIn(disk));
        taken += found.length;
        writeWithRuns(withRuns, found, rest);
        const sorted = (entries: Entries) => [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
        expect(sorted(withRuns)).toEqual(sorted(plain));
      }),
    );
    expect(taken).toBeGreaterThan(50);
  });

  it('are not looked for among few changes', () => {
    const changes = new Map(Array.from({ length: 100 }, (_, place) => [keyOf(0, place), Uint8Array.of(1)]));
    expect(takeLongRuns(changes, behindIn(new Map()))).toEqual([]);
    expect(changes.size).toBe(100);
  });
});
