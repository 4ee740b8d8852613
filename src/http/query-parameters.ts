import {
  createParamDecorator,
  SetMetadata,
  type ExecutionContext,
  type PipeTransform,
  type Type,
} from '@nestjs/common';
import { ApiQuery, type ApiQueryOptions } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { isCalendarDate } from '../kernel/dates.js';
import { QueryReader } from './query-reader.js';

/** A query parameter: how its text becomes a value, and how OpenAPI describes it. */
export interface QueryParameter<Value> {
  /** The value, or a sentence (`must …`) saying what is wrong with the text. */
  parse(text: string): { readonly value: Value } | { readonly fault: string };
  readonly schema: Readonly<Record<string, unknown>>;
  readonly description: string;
}

const parameter = <Value>(
  description: string,
  schema: Readonly<Record<string, unknown>>,
  fault: string,
  read: (text: string) => Value | undefined,
): QueryParameter<Value> => ({
  description,
  schema,
  parse(text) {
    const value = read(text);
    return value === undefined ? { fault } : { value };
  },
});

/** One of a few words. */
export const choiceParameter = <Choice extends string>(description: string, choices: readonly Choice[]) =>
  parameter(
    description,
    { type: 'string', enum: [...choices] },
    `must be one of ${choices.join(', ')}`,
    (text) => choices.find((choice) => choice === text),
  );

/** `true` or `false`. */
export const flagParameter = (description: string) =>
  parameter(description, { type: 'boolean' }, 'must be true or false', (text) =>
    text === 'true' ? true : text === 'false' ? false : undefined,
  );

/** A whole number from 0, such as an envelope's id. */
export const numberedIdParameter = (description: string) =>
  parameter(description, { type: 'integer', minimum: 0 }, 'must be a whole number, 0 or more', (text) =>
    /^\d{1,15}$/.test(text) ? Number(text) : undefined,
  );

/** An amount of money from 0 in major units, in plain decimals; whoever knows the currency checks those. */
export const amountParameter = (description: string) =>
  parameter(description, { type: 'number', minimum: 0 }, 'must be an amount, such as 100.25', (text) =>
    /^\d{1,15}(\.\d{1,4})?$/.test(text) ? Number(text) : undefined,
  );

/** A calendar day. */
export const dateParameter = (description: string) =>
  parameter(
    description,
    { type: 'string', format: 'date' },
    'must be a day that exists, such as 2026-01-31',
    (text) => (isCalendarDate(text) ? text : undefined),
  );

/** Parameters by the names they have in the query. */
export type Declared = Readonly<Record<string, QueryParameter<unknown>>>;

/** The values of declared parameters, those that the client sent. */
export type ValuesOf<D extends Declared> = {
  readonly [Name in keyof D]?: D[Name] extends QueryParameter<infer Value> ? Value : never;
};

/** The metadata key that holds the names of the query parameters that a route takes. */
export const QUERY_NAMES = 'http:query';

/**
 * Parameter decorator: the checked query parameters of a route that is no list, as
 * `@Parameters(BALANCE_PARAMETERS) query: ValuesOf<typeof BALANCE_PARAMETERS>`. It describes them in OpenAPI too.
 */
export function Parameters(declared: Declared): ParameterDecorator {
  const pipe: PipeTransform<FastifyRequest> = {
    transform({ query }) {
      const reader = new QueryReader(query as Readonly<Record<string, unknown>>);
      const values = reader.parameters(declared);
      reader.finish();
      return values;
    },
  };
  return queryDecorator(pipe, describe(declared));
}

/** The OpenAPI description of declared parameters. */
export function describe(declared: Declared): ApiQueryOptions[] {
  return Object.entries(declared).map(([name, { schema, description }]) => ({ name, description, schema }));
}

const Asked = createParamDecorator((_: unknown, execution: ExecutionContext) =>
  execution.switchToHttp().getRequest<FastifyRequest>(),
);

/** A parameter decorator that reads a request's query through a pipe, and describes its parameters on the method. */
export function queryDecorator(
  pipe: PipeTransform | Type<PipeTransform>,
  parameters: readonly ApiQueryOptions[],
): ParameterDecorator {
  return (target, key, index) => {
    if (key === undefined) throw new TypeError('Query parameters belong to a method');
    const descriptor = Object.getOwnPropertyDescriptor(target, key);
    if (!descriptor) throw new TypeError(`No method ${String(key)}`);
    Asked(pipe)(target, key, index);
    const names = parameters.flatMap((parameter) => ('name' in parameter ? [parameter.name] : []));
    addQueryNames(names, target, key, descriptor);
    for (const parameter of parameters) ApiQuery({ required: false, ...parameter })(target, key, descriptor);
  };
}

/** Adds to the query parameters that a route takes. */
export function addQueryNames(
  names: readonly string[],
  target: object,
  key: string | symbol,
  descriptor: PropertyDescriptor,
): void {
  const known = Reflect.getMetadata(QUERY_NAMES, descriptor.value as object) as readonly string[] | undefined;
  SetMetadata(QUERY_NAMES, [...(known ?? []), ...names])(target, key, descriptor);
}
