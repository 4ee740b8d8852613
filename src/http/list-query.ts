import { Inject, Injectable, mixin, type PipeTransform, type Type } from '@nestjs/common';
import type { ApiQueryOptions } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../kernel/problem.js';
import { cursorMark, readCursor, type SortKeys, type SortValue } from './cursor.js';
import { COUNTED } from './page.js';
import { describe, queryDecorator, type Declared, type ValuesOf } from './query-parameters.js';
import { QueryReader } from './query-reader.js';
import { pathOf } from './request-log.js';

/** What a list offers, declared once: the query parameters, their checks and their description are made from it. */
export interface ListDeclaration<F extends Declared = Declared, Order extends string = string> {
  /** The names that `order_by` takes, each with what it sorts by; the first is the default. */
  readonly order: Readonly<Record<Order, SortKeys>>;
  /** An order that is the default in place of the first as soon as one of some filters is there. */
  readonly order_with?: { readonly filters: readonly (keyof F)[]; readonly order: Order };
  readonly default_dir: 'asc' | 'desc';
  /** The stored fields that `q` looks into; without any the list takes no `q`. */
  readonly search: readonly string[];
  readonly filters: F;
}

/** What a client asked of a list, checked. */
export interface ListRequest<F extends Declared = Declared, Order extends string = string> {
  /** From 1. */
  readonly page: number;
  readonly page_size: number;
  /** How many items come before the page, from where it begins: 0 with a cursor. */
  readonly skip: number;
  /** The sort values of the item after which the page begins; null without a cursor. */
  readonly after: readonly SortValue[] | null;
  /** What the order sorts by. */
  readonly keys: SortKeys;
  /** What cursors of this list, order and filters are tied to. */
  readonly mark: string;
  readonly order_by: Order;
  readonly order_dir: 'asc' | 'desc';
  /** A text to look for, in any case, anywhere in the searched fields. */
  readonly q: string | undefined;
  readonly filters: ValuesOf<F>;
}

/** The request that belongs to a declaration: `ListRequestOf<typeof REGISTER_LIST>`. */
export type ListRequestOf<D> =
  D extends ListDeclaration<infer F, infer Order> ? ListRequest<F, Order> : never;

/** How many items a page has unless asked, and at most. */
export interface PageSizes {
  readonly default_size: number;
  readonly max_size: number;
}
export const PAGE_SIZES = Symbol('PAGE_SIZES');

/** Declares a list. */
export function declareList<const F extends Declared, const Order extends string>(
  declaration: ListDeclaration<F, Order>,
): ListDeclaration<F, Order> {
  return declaration;
}

const MAX_PAGE = 1_000_000_000;

/**
 * Reads a list's query parameters; `path` is the one that the list is found under.
 * @throws Problem `invalid_request` naming every parameter that is repeated or wrong; `use_cursor` for a page that page
 *   numbers do not reach.
 */
function parseListQuery<F extends Declared, Order extends string>(
  declaration: ListDeclaration<F, Order>,
  query: Readonly<Record<string, unknown>>,
  sizes: PageSizes,
  path: string,
): ListRequest<F, Order> {
  const reader = new QueryReader(query);
  const numbered = reader.wholeNumber('page', 1, MAX_PAGE);
  const page_size = reader.wholeNumber('page_size', sizes.default_size, sizes.max_size);
  const filters = reader.parameters(declaration.filters) as ValuesOf<F>;
  const order_by = orderOf(declaration, reader, filters);
  const order_dir = reader.choice('order_dir', ['asc', 'desc'] as const) ?? declaration.default_dir;
  const q = declaration.search.length > 0 ? reader.search() : undefined;
  const keys = declaration.order[order_by];
  const mark = cursorMark(path, order_by, order_dir, filters, q);
  const cursor = reader.cursor((text) => readCursor(text, mark, keys));
  reader.finish();
  const { page, after } = cursor ?? { page: numbered, after: null };
  const skip = after ? 0 : (page - 1) * page_size;
  if (skip >= COUNTED) throw new Problem('use_cursor');
  return { page, page_size, skip, after, keys, mark, order_by, order_dir, q, filters };
}

function orderOf<F extends Declared, Order extends string>(
  { order, order_with }: ListDeclaration<F, Order>,
  reader: QueryReader,
  filters: ValuesOf<F>,
): Order {
  const names = Object.keys(order) as Order[];
  const [first] = names;
  if (first === undefined) throw new TypeError('A list without an order');
  const asked = reader.choice('order_by', names);
  if (asked !== undefined) return asked;
  return order_with?.filters.some((name) => filters[name] !== undefined) ? order_with.order : first;
}

/**
 * Parameter decorator: a list's checked request, as `@List(REGISTER_LIST) request: ListRequestOf<typeof REGISTER_LIST>`.
 * It describes the parameters in OpenAPI too.
 */
export function List<F extends Declared, Order extends string>(
  declaration: ListDeclaration<F, Order>,
): ParameterDecorator {
  @Injectable()
  class ListPipe implements PipeTransform {
    constructor(@Inject(PAGE_SIZES) private readonly sizes: PageSizes) {}

    transform(request: FastifyRequest): ListRequest<F, Order> {
      const query = request.query as Readonly<Record<string, unknown>>;
      return parseListQuery(declaration, query, this.sizes, pathOf(request).replace(/\/$/, ''));
    }
  }
  return queryDecorator(mixin(ListPipe) as Type<PipeTransform>, describeList(declaration));
}

function describeList<F extends Declared, Order extends string>(
  declaration: ListDeclaration<F, Order>,
): ApiQueryOptions[] {
  const { order, order_with, default_dir, search, filters } = declaration;
  const names = Object.keys(order);
  return [
    {
      name: 'page',
      description: `Which page, from 1, as far as item ${COUNTED}`,
      schema: { type: 'integer', minimum: 1, default: 1 },
    },
    {
      name: 'cursor',
      description:
        'The `next_cursor` of a page, in place of `page`: reaches any depth, and new items move nothing. Good for the same list, order and filters.',
      schema: { type: 'string' },
    },
    { name: 'page_size', description: 'Items a page', schema: { type: 'integer', minimum: 1 } },
    {
      name: 'order_by',
      ...(order_with && {
        description: `${order_with.order} by default with ${order_with.filters.join(' or ')}`,
      }),
      schema: { type: 'string', enum: names, ...(names[0] !== undefined && { default: names[0] }) },
    },
    { name: 'order_dir', schema: { type: 'string', enum: ['asc', 'desc'], default: default_dir } },
    ...(search.length > 0
      ? [
          {
            name: 'q',
            description: `Text to look for in ${search.join(', ')}`,
            schema: { type: 'string' as const },
          },
        ]
      : []),
    ...describe(filters),
  ];
}

/**
 * The condition that `q` means, for a database filter: the text, in any case, in one of the searched fields. Every
 * character stands for itself.
 */
export function searchCondition(
  declaration: Pick<ListDeclaration, 'search'>,
  q: string | undefined,
): Record<string, unknown> {
  if (q === undefined) return {};
  const $regex = q.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return { $or: declaration.search.map((field) => ({ [field]: { $regex, $options: 'i' } })) };
}
