import { resolved, type Schema } from './schema-check.js';

type Schemas = Readonly<Record<string, Schema>>;
type Step = string | number;

/** A field of a request's body: where it is, what its values are like, and a body in which it stands. */
export interface BodyField {
  readonly steps: readonly Step[];
  readonly schema: Schema;
  readonly body: unknown;
}

/** The field's name as answers have it: `commands[0].postings[0].amount`. */
export const nameOf = (steps: readonly Step[]): string =>
  steps.reduce<string>(
    (name, step) => (typeof step === 'number' ? `${name}[${step}]` : name === '' ? step : `${name}.${step}`),
    '',
  );

/** A value with another one at a place within it; lists and objects on the way are made where they are not. */
export function put(value: unknown, [step, ...rest]: readonly Step[], inner: unknown): unknown {
  if (step === undefined) return inner;
  if (typeof step === 'number') {
    const list: unknown[] = Array.isArray(value) ? [...(value as unknown[])] : [];
    list[step] = put(list[step], rest, inner);
    return list;
  }
  const object = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  return { ...object, [step]: put(object[step], rest, inner) };
}

/** Every field that a schema describes, those of the items of lists and of each kind of item among them. */
export function fieldsOf(
  given: Schema,
  schemas: Schemas,
  body: unknown,
  at: readonly Step[] = [],
): BodyField[] {
  const schema = plain(given, schemas);
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Schema>);
  return properties.flatMap(([name, property]) => {
    const steps = [...at, name];
    const own = plain(property, schemas);
    return [{ steps, schema: own, body }, ...itemFields(own, schemas, body, [...steps, 0])];
  });
}

function itemFields(list: Schema, schemas: Schemas, body: unknown, at: readonly Step[]): BodyField[] {
  const items = list['items'] as Schema | undefined;
  if (!items) return [];
  const discriminator = items['discriminator'] as
    { propertyName: string; mapping: Record<string, string> } | undefined;
  if (!discriminator) return fieldsOf(items, schemas, body, at);
  return Object.entries(discriminator.mapping).flatMap(([word, $ref]) =>
    fieldsOf({ $ref }, schemas, put(body, at, { [discriminator.propertyName]: word }), at),
  );
}

function plain(schema: Schema, schemas: Schemas): Schema {
  const [only] = (schema['allOf'] ?? []) as Schema[];
  return only ? { ...resolved(only, schemas), nullable: schema['nullable'] } : resolved(schema, schemas);
}

const KINDS_OF_VALUE: readonly (readonly [type: string, values: readonly unknown[]])[] = [
  ['boolean', [true, false]],
  ['number', [0.5, 1e3]],
  ['string', ['text', '']],
  ['array', [[], ['text'], [1]]],
  ['object', [{}, { $gt: '' }, { 0: 1 }]],
];

/** Ten values at least that are wrong for a field, whatever it holds. */
export function wrongValues({ type, nullable }: Schema): unknown[] {
  const wanted = type === 'integer' ? 'number' : type;
  const others = KINDS_OF_VALUE.filter(([kind]) => kind !== wanted).flatMap(([, values]) => values);
  return [...others, ...(nullable === true ? [[null]] : [null])];
}

/** Ten texts that are wrong for a query parameter; none where any text will do. */
export function wrongTexts({ type, format, enum: choices }: Schema, name: string): string[] {
  const free = type === 'string' && format === undefined && choices === undefined && name !== 'cursor';
  return free ? [] : ['', ' ', 'x', '-1', '1e3', '[]', '{}', 'null', '\u0000', 'true1'];
}
