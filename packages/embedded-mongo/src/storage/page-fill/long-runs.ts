import type { Key } from '../keys.js';
import { isOwnRecord } from '../seal.js';
import type { Leaf } from './leaf.js';
import type { Leaves } from './leaves.js';
import type { Change, Rearrangement } from './rearrangement.js';
import type { PageSizes } from './sizes.js';
import { putApart } from './put-apart.js';

/**
 * After so many short runs an index's keys are taken for scattered: each run costs a look into the file. The second
 * number is how many pages full of changes are worth one more.
 */
const MOST_SHORT_RUNS = 6;
const PAGES_A_LOOK = 4;
const PREFIX = 6;
/** Stands in for a value, so that its key takes as little of a page as can be. */
const NOTHING_YET = new Uint8Array(1);

/**
 * Finds, among changes, runs of ascending keys that go in at one place of an index and fill a page at least, and takes
 * them out of the changes.
 *
 * LMDB splits a full page in the middle, unless the new key is the last one of its page; then all but the last entry stay.
 * Keys that grow (sequences, ids by time) go in where their index or their part of it ends, and there the next one's first
 * keys mostly stand on the same page: so all pages of a run would stay half empty. Without those neighbours, and written
 * in an order that leaves the last entry where it is, they get full.
 */
export function takeLongRuns(
  changes: Map<Key, Uint8Array | null>,
  leaves: Pick<Leaves, 'of' | 'sizes'>,
): Rearrangement[] {
  // What was read from a page is written again as it is stored: a value with a checksum would get a second one.
  const sorted = [...changes.keys()].filter((key) => !isOwnRecord(key)).sort();
  return groups(sorted).flatMap((keys) => runsAmong(keys, changes, leaves));
}

/** Keys of each index by themselves. */
function groups(sorted: readonly Key[]): Key[][] {
  const found: Key[][] = [];
  for (const key of sorted) {
    const last = found.at(-1);
    if (last?.[0]?.startsWith(key.slice(0, PREFIX)) === true) last.push(key);
    else found.push([key]);
  }
  return found;
}

/** Cuts an index's keys where something on disk, a removal or another page's beginning stands between them. */
function runsAmong(
  keys: readonly Key[],
  changes: Map<Key, Uint8Array | null>,
  leaves: Pick<Leaves, 'of' | 'sizes'>,
): Rearrangement[] {
  const { sizes } = leaves;
  const bytes = (key: Key): number => sizes.entry(key.length, changes.get(key)?.length ?? 0);
  const runs: Rearrangement[] = [];
  let ahead = keys.reduce((sum, key) => sum + bytes(key), 0);
  let looks = Math.min(MOST_SHORT_RUNS, Math.ceil(ahead / sizes.room / PAGES_A_LOOK));
  for (let from = 0; ahead >= sizes.room && looks > 0;) {
    const first = keys[from] as Key;
    const leaf = leaves.of(first);
    if (leaf === undefined) break;
    const next = keyBehind(first, leaf);
    let to = from;
    let size = 0;
    do {
      size += bytes(keys[to] as Key);
      to += 1;
    } while (to < keys.length && (next === undefined || (keys[to] as Key) < next));
    const run = keys.slice(from, to);
    const taken =
      size >= sizes.room && run.every((key) => changes.get(key) !== null)
        ? takeRun(run, changes, leaf, sizes)
        : undefined;
    if (taken === undefined) looks -= 1;
    else runs.push(taken);
    ahead -= size;
    from = to;
  }
  return runs;
}

/** The next key on disk, or the beginning of the next page, behind a key. */
function keyBehind(key: Key, leaf: Leaf): Key | undefined {
  let place = leaf.placeOf(key);
  if (place < leaf.count && leaf.keyAt(place) === key) place += 1;
  return place < leaf.count ? leaf.keyAt(place) : leaf.end;
}

function takeRun(
  run: readonly Key[],
  changes: Map<Key, Uint8Array | null>,
  leaf: Leaf,
  sizes: PageSizes,
): Rearrangement | undefined {
  const last = run.at(-1) as Key;
  let place = leaf.placeOf(last);
  // A run of one key alone may be there already.
  if (place < leaf.count && leaf.keyAt(place) === last) place += 1;
  const behind = leaf.entriesFrom(place);
  if (behind === undefined) return undefined;
  const { puts, used } = inFullPages(
    run.map((key): readonly [Key, Uint8Array] => [key, changes.get(key) as Uint8Array]),
    leaf.bytesBefore(place),
    sizes,
  );
  const aside = behind.filter(([key]) => !changes.has(key));
  for (const key of run) changes.delete(key);
  return { removed: behind.map(([key]) => key), puts: [...puts, ...putApart(aside, used, sizes)] };
}

/**
 * The puts of a run, in an order that fills pages: the first key of the next page is put where it still fits, without its
 * value, so that it is the one that LMDB takes along to the next page.
 * @param taken - the bytes of the page that are taken before.
 */
function inFullPages(
  run: readonly (readonly [Key, Uint8Array])[],
  taken: number,
  sizes: PageSizes,
): { readonly puts: Change[]; readonly used: number } {
  const puts: Change[] = [];
  let used = taken;
  let before = 0;
  for (let at = 0; at < run.length; at += 1) {
    const put = run[at] as readonly [Key, Uint8Array];
    const [key, value] = put;
    const size = sizes.entry(key.length, value.length);
    const next = run[at + 1];
    const nextSize = next === undefined ? 0 : sizes.entry(next[0].length, next[1].length);
    const small = sizes.entry(key.length, NOTHING_YET.length);
    if (used + size <= sizes.room) {
      used += size;
    } else if (next !== undefined && used + small <= sizes.room && used + small + nextSize > sizes.room) {
      puts.push([key, NOTHING_YET], next);
      used = size + nextSize;
      at += 1;
    } else used = before + size;
    puts.push(put);
    before = size;
  }
  return { puts, used };
}
