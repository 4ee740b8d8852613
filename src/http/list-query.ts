import {
  applyDecorators,
  Inject,
  Injectable,
  mixin,
  Query,
  type PipeTransform,
  type Type,
} from '@nestjs/common';
import { ApiQuery, type ApiQueryOptions } from '@nestjs/swagger';
import { Problem, type FieldError } from '../kernel/problem.js';
import { textFault, tidyText } from '../kernel/text.js';
import type { ListFilter } from './list-filters.js';

type Filters = Readonly<Record<string, ListFilter<unknown>>>;
type FilterValues<F extends Filters> = {
  readonly [Name in keyof F]?: F[Name] extends ListFilter<infer Value> ? Value : never;
};

/** What a list offers, declared once: the query parameters, their checks and their description are made from it. */
export interface ListDeclaration<F extends Filters, Order extends string> {
  /** The names that `order_by` takes; the first is the default. */
  readonly order: readonly [Order, ...Order[]];
  readonly default_dir: 'asc' | 'desc';
  /** The stored fields that `q` looks into; without any the list takes no `q`. */
  readonly search: readonly string[];
  readonly filters: F;
}

/** What a client asked of a list, checked. */
export interface ListRequest<F extends Filters = Filters, Order extends string = string> {
  /** From 1. */
  readonly page: number;
  readonly page_size: number;
  /** How many items come before the page. */
  readonly skip: number;
  readonly order_by: Order;
  readonly order_dir: 'asc' | 'desc';
  /** A text to look for, in any case, anywhere in the searched fields. */
  readonly q: string | undefined;
  readonly filters: FilterValues<F>;
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
export function declareList<const F extends Filters, const Order extends string>(
  declaration: ListDeclaration<F, Order>,
): ListDeclaration<F, Order> {
  return declaration;
}

const MAX_PAGE = 1_000_000_000;
const MAX_SEARCH = 200;

/**
 * Reads a list's query parameters.
 * @throws Problem `invalid_request` naming every parameter that is unknown, repeated or wrong.
 */
export function parseListQuery<F extends Filters, Order extends string>(
  declaration: ListDeclaration<F, Order>,
  query: Readonly<Record<string, unknown>>,
  sizes: PageSizes,
): ListRequest<F, Order> {
  const reader = new QueryReader(query);
  const page = reader.wholeNumber('page', 1, MAX_PAGE);
  const page_size = reader.wholeNumber('page_size', sizes.default_size, sizes.max_size);
  const order_by = reader.choice('order_by', declaration.order) ?? declaration.order[0];
  const order_dir = reader.choice('order_dir', ['asc', 'desc'] as const) ?? declaration.default_dir;
  const q = declaration.search.length > 0 ? reader.search() : undefined;
  const filters: Record<string, unknown> = {};
  for (const [name, filter] of Object.entries(declaration.filters)) {
    const value = reader.filter(name, filter);
    if (value !== undefined) filters[name] = value;
  }
  reader.finish();
  return {
    page,
    page_size,
    skip: (page - 1) * page_size,
    order_by,
    order_dir,
    q,
    filters: filters as FilterValues<F>,
  };
}

/** Takes parameters out of a query one by one and collects what is wrong with them. */
class QueryReader {
  private readonly rest: Map<string, unknown>;
  private readonly errors: FieldError[] = [];

  constructor(query: Readonly<Record<string, unknown>>) {
    this.rest = new Map(Object.entries(query));
  }

  wholeNumber(name: string, fallback: number, max: number): number {
    const text = this.take(name);
    if (text === undefined) return fallback;
    const value = /^\d{1,15}$/.test(text) ? Number(text) : 0;
    if (value < 1 || value > max)
      return this.wrong(name, `must be a whole number from 1 to ${max}`, fallback);
    return value;
  }

  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const text = this.take(name);
    const found = choices.find((choice) => choice === text);
    if (text === undefined || found !== undefined) return found;
    return this.wrong(name, `must be one of ${choices.join(', ')}`, undefined);
  }

  search(): string | undefined {
    const text = this.take('q');
    if (text === undefined) return undefined;
    const tidy = tidyText(text);
    const fault = textFault(tidy, MAX_SEARCH);
    if (fault) return this.wrong('q', fault, undefined);
    return tidy === '' ? undefined : tidy;
  }

  filter(name: string, filter: ListFilter<unknown>): unknown {
    const text = this.take(name);
    if (text === undefined) return undefined;
    const parsed = filter.parse(text);
    return 'fault' in parsed ? this.wrong(name, parsed.fault, undefined) : parsed.value;
  }

  /** Refuses the query if anything was wrong, or is left over. */
  finish(): void {
    for (const name of this.rest.keys()) this.wrong(name, 'is not a parameter of this list', undefined);
    if (this.errors.length > 0) throw new Problem('invalid_request', { errors: this.errors });
  }

  private take(name: string): string | undefined {
    const value = this.rest.get(name);
    this.rest.delete(name);
    if (value === undefined || typeof value === 'string') return value;
    return this.wrong(name, 'must be given once', undefined);
  }

  private wrong<Fallback>(field: string, message: string, fallback: Fallback): Fallback {
    this.errors.push({ field, message });
    return fallback;
  }
}

/** Parameter decorator: a list's checked request, as `@List(REGISTER_LIST) request: ListRequestOf<…>`. */
export function List<F extends Filters, Order extends string>(declaration: ListDeclaration<F, Order>) {
  @Injectable()
  class ListPipe implements PipeTransform {
    constructor(@Inject(PAGE_SIZES) private readonly sizes: PageSizes) {}

    transform(query: Readonly<Record<string, unknown>>): ListRequest<F, Order> {
      return parseListQuery(declaration, query, this.sizes);
    }
  }
  return Query(mixin(ListPipe) as Type<PipeTransform>);
}

/** Method decorator: describes a list's query parameters in OpenAPI. */
export function ListParameters<F extends Filters, Order extends string>(
  declaration: ListDeclaration<F, Order>,
): MethodDecorator {
  const { order, default_dir, search, filters } = declaration;
  const parameters: ApiQueryOptions[] = [
    { name: 'page', description: 'Which page, from 1', schema: { type: 'integer', minimum: 1, default: 1 } },
    { name: 'page_size', description: 'Items a page', schema: { type: 'integer', minimum: 1 } },
    { name: 'order_by', schema: { type: 'string', enum: [...order], default: order[0] } },
    { name: 'order_dir', schema: { type: 'string', enum: ['asc', 'desc'], default: default_dir } },
    ...(search.length > 0
      ? [{ name: 'q', description: `Text to look for in ${search.join(', ')}`, schema: { type: 'string' } }]
      : []),
    ...Object.entries(filters).map(([name, { schema, description }]) => ({ name, description, schema })),
  ] as ApiQueryOptions[];
  return applyDecorators(...parameters.map((parameter) => ApiQuery({ required: false, ...parameter })));
}

/**
 * The condition that `q` means, for a database filter: the text, in any case, in one of the searched fields. Every
 * character stands for itself.
 */
export function searchCondition(
  declaration: Pick<ListDeclaration<Filters, string>, 'search'>,
  q: string | undefined,
): Record<string, unknown> {
  if (q === undefined) return {};
  const $regex = q.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
  return { $or: declaration.search.map((field) => ({ [field]: { $regex, $options: 'i' } })) };
}
