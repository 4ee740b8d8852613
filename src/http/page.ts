/** One page of a list, as every list answers it. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** From 1. */
  readonly page: number;
  readonly page_size: number;
  /** How many items the whole list has. */
  readonly total: number;
  readonly total_is_exact: boolean;
  readonly next_cursor: string | null;
}

/** A page of items out of `total`, for a request that asked for it. */
export function pageOf<Item>(
  request: { readonly page: number; readonly page_size: number },
  items: readonly Item[],
  total: number,
): Page<Item> {
  const { page, page_size } = request;
  return { items, page, page_size, total, total_is_exact: true, next_cursor: null };
}
