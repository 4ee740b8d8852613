import type { SortValue } from '../../http/cursor.js';
import { exactTotal, pageOf, type Page, type PageRequest } from '../../http/page.js';
import { nameKey } from '../../kernel/text.js';

/** What is asked of a list whose items are all at hand. */
interface Asked extends PageRequest {
  readonly skip: number;
  readonly after: readonly SortValue[] | null;
  readonly order_dir: 'asc' | 'desc';
  readonly q: string | undefined;
}

/**
 * The page of `all` that was asked for. `text` is what `q` looks into, in any case; `values` gives an item's value of
 * each sort field that the list declares.
 */
export function pageOfAll<Item>(
  request: Asked,
  all: readonly Item[],
  text: (item: Item) => string,
  values: Readonly<Record<string, (item: Item) => SortValue>>,
): Page<Item> {
  const { q, skip, page_size, order_dir, keys, after } = request;
  const wanted = q === undefined ? undefined : nameKey(q);
  const found = wanted === undefined ? [...all] : all.filter((item) => nameKey(text(item)).includes(wanted));
  const valueOf = (item: Item, field: string): SortValue => {
    const value = values[field];
    if (!value) throw new TypeError(`No item has the sort field ${field}`);
    return value(item);
  };
  const fields = Object.keys(keys);
  const valuesOf = (item: Item) => fields.map((field) => valueOf(item, field));
  const sign = order_dir === 'asc' ? 1 : -1;
  const ordered = found
    .map((item) => ({ item, at: valuesOf(item) }))
    .sort((a, b) => sign * compare(a.at, b.at))
    .filter(({ at }) => after === null || sign * compare(at, after) > 0)
    .map(({ item }) => item);
  const part = ordered.slice(skip, skip + page_size + 1);
  return pageOf(request, part, exactTotal(found.length), (item) => item, valueOf);
}

function compare(a: readonly SortValue[], b: readonly SortValue[]): number {
  for (const [index, value] of a.entries()) {
    const other = b[index] ?? value;
    if (value !== other) return value < other ? -1 : 1;
  }
  return 0;
}
