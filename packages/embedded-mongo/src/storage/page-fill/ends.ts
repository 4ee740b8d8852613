import type { Key } from '../keys.js';
import { isOwnRecord } from '../seal.js';
import type { Leaves } from './leaves.js';
import { putApart } from './put-apart.js';
import type { Rearrangement } from './rearrangement.js';

/** One key of so many is looked at. A prime: what is written in turns comes by in every place of its turn. */
const EVERY = 31;
/** By how many bytes more a key is like those before it than like the one behind, where a part of an index ends. */
const LIKER = 2;

/**
 * Sets apart the ends of parts of an index: of all keys of one account, say, where keys that grow go in again and again.
 * As long as the first keys of the next part stand on the same page, LMDB splits it in the middle each time that it is full,
 * and leaves one half half empty for ever. Once the next part begins a page of its own, pages get full.
 *
 * To look at every key would cost too much. One in some is enough, since where much goes in, much is looked at.
 */
export class Ends {
  private passed = 0;

  /** What makes such ends among the new keys, in a file as it is before them. */
  setApart(
    changes: ReadonlyMap<Key, Uint8Array | null>,
    leaves: Pick<Leaves, 'of' | 'sizes'>,
  ): Rearrangement[] {
    const found: Rearrangement[] = [];
    const moved = new Set<Key>();
    for (const [key, value] of changes) {
      this.passed += 1;
      if (this.passed % EVERY !== 0 || value === null || isDocument(key)) continue;
      const one = apart(key, leaves);
      // Of one page they were all found as they are before the batch.
      if (one === undefined || one.removed.some((other) => moved.has(other))) continue;
      for (const other of one.removed) moved.add(other);
      found.push(one);
    }
    return found;
  }
}

/** Whether an entry is a document, or one of the engine's own: neither are kept in parts. */
function isDocument(key: Key): boolean {
  return (key.charCodeAt(4) === 0 && key.charCodeAt(5) === 0) || isOwnRecord(key);
}

function apart(key: Key, leaves: Pick<Leaves, 'of' | 'sizes'>): Rearrangement | undefined {
  const leaf = leaves.of(key);
  const place = leaf?.placeOf(key) ?? 0;
  if (leaf === undefined || place === 0 || place === leaf.count) return undefined;
  const first = leaf.keyAt(place);
  // All that stands before on the page is of one part with the key. Where parts are small, many share a page anyway.
  if (first === key || alike(key, leaf.keyAt(0)) < alike(key, first) + LIKER) return undefined;
  const used = leaf.bytesBefore(place);
  if (used < leaves.sizes.room / 2) return undefined;
  const behind = leaf.entriesFrom(place);
  if (behind === undefined) return undefined;
  const puts = putApart(behind, used, leaves.sizes);
  return puts === behind ? undefined : { removed: behind.map(([other]) => other), puts };
}

/** How many bytes two keys begin with alike. */
function alike(a: Key, b: Key): number {
  let at = 0;
  while (at < a.length && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  return at;
}
