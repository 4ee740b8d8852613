import type { Change } from './rearrangement.js';
import type { PageSizes } from './sizes.js';

/**
 * Puts entries that follow the last one of a page, in key order, so that they begin a page of their own where that can be:
 * what is put before them later then comes at its page's end, where LMDB leaves pages full.
 *
 * The first one still goes onto the page. The second is so large for a moment that it does not: LMDB takes along the last
 * entry of the page, which is the first of these.
 * @param used - the bytes of the page that are taken before.
 */
export function putApart(entries: readonly Change[], used: number, sizes: PageSizes): readonly Change[] {
  const [first, second] = entries;
  if (first === undefined || second === undefined) return entries;
  const longest = sizes.longestValue(second[0].length);
  const withFirst = used + sizes.entry(first[0].length, first[1]?.length ?? 0);
  const isSplit = withFirst <= sizes.room && withFirst + sizes.entry(second[0].length, longest) > sizes.room;
  if (!isSplit) return entries;
  return [first, [second[0], new Uint8Array(longest)], ...entries.slice(1)];
}
