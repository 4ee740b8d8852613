import { applyDecorators, type Type } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, getSchemaPath } from '@nestjs/swagger';
import { writeCursor, type SortKeys, type SortValue } from './cursor.js';

/** One page of a list, as every list answers it. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** From 1; by cursors it counts on. */
  readonly page: number;
  readonly page_size: number;
  /** How many items the whole list has; COUNTED when there are more and `total_is_exact` is false. */
  readonly total: number;
  readonly total_is_exact: boolean;
  /** Leads to the next page; null on the last one. */
  readonly next_cursor: string | null;
}

/** How many items of a filtered list are counted, and how many of any list page numbers reach. */
export const COUNTED = 10_000;

/** How many items a list has. */
export interface Total {
  readonly total: number;
  readonly total_is_exact: boolean;
}

/** A total that is known whole. */
export const exactTotal = (total: number): Total => ({ total, total_is_exact: true });

/** The total of a list whose items were counted up to COUNTED + 1. */
export const countedTotal = (count: number): Total => ({
  total: Math.min(count, COUNTED),
  total_is_exact: count <= COUNTED,
});

/** What a page needs to know of the request that asked for it. */
export interface PageRequest {
  readonly page: number;
  readonly page_size: number;
  readonly keys: SortKeys;
  readonly mark: string;
}

/**
 * The page that a request asked for, out of what was found for it: up to one more than the page has. `view` makes of
 * each what the client sees, `valueOf` gives its value of a sort field.
 */
export function pageOf<Found, Item>(
  { page, page_size, keys, mark }: PageRequest,
  found: readonly Found[],
  total: Total,
  view: (found: Found) => Item,
  valueOf: (found: Found, field: string) => SortValue,
): Page<Item> {
  const shown = found.slice(0, page_size);
  const last = shown.at(-1);
  const next = last !== undefined && found.length > page_size;
  const after = next ? Object.keys(keys).map((field) => valueOf(last, field)) : [];
  return {
    items: shown.map(view),
    ...{ page, page_size, ...total },
    next_cursor: next ? writeCursor(mark, { page: page + 1, after }) : null,
  };
}

/** The value that a stored document has in a sort field. */
export function storedValue(document: object, field: string): SortValue {
  const value = (document as Readonly<Record<string, unknown>>)[field];
  if (typeof value === 'string' || typeof value === 'number') return value;
  throw new TypeError(`${field} holds nothing to sort by`);
}

/** Describes in OpenAPI that an operation answers 200 with a page of items of a class, as these are. */
export function AnswersPageOf<Item>(item: Type<Item>, examples: readonly Item[]): MethodDecorator {
  const whole = { type: 'integer', minimum: 0 } as const;
  return applyDecorators(
    ApiExtraModels(item),
    ApiOkResponse({
      description: 'One page of the list',
      schema: {
        type: 'object',
        required: ['items', 'page', 'page_size', 'total', 'total_is_exact', 'next_cursor'],
        properties: {
          items: { type: 'array', items: { $ref: getSchemaPath(item) }, example: examples },
          page: { ...whole, minimum: 1, example: 1 },
          page_size: { ...whole, minimum: 1, example: 20 },
          total: { ...whole, example: examples.length },
          total_is_exact: {
            type: 'boolean',
            description: `False when a filter leaves more than the ${COUNTED} items that are counted`,
            example: true,
          },
          next_cursor: {
            type: 'string',
            nullable: true,
            description: 'Sent as `cursor`, leads to the next page; null on the last one',
            example: null,
          },
        },
      },
    }),
  );
}
