import { pageOf, type Page } from '../../http/page.js';
import { nameKey } from '../../kernel/text.js';

/** What is asked of a list whose items are all at hand. */
interface Asked<Order extends string> {
  readonly page: number;
  readonly page_size: number;
  readonly skip: number;
  readonly order_by: Order;
  readonly order_dir: 'asc' | 'desc';
  readonly q: string | undefined;
}

/**
 * The page of `all` that was asked for. `text` is what `q` looks into, in any case; `order` gives the value to order by,
 * items that are equal in it stay in the order of `all`.
 */
export function pageOfAll<Item, Order extends string>(
  request: Asked<Order>,
  all: readonly Item[],
  text: (item: Item) => string,
  order: Readonly<Record<Order, (item: Item) => string | number>>,
): Page<Item> {
  const { q, skip, page_size, order_by, order_dir } = request;
  const wanted = q === undefined ? undefined : nameKey(q);
  const found = wanted === undefined ? [...all] : all.filter((item) => nameKey(text(item)).includes(wanted));
  const valueOf = order[order_by];
  const sign = order_dir === 'asc' ? 1 : -1;
  found.sort((a, b) => sign * compare(valueOf(a), valueOf(b)));
  return pageOf(request, found.slice(skip, skip + page_size), found.length);
}

const compare = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);
