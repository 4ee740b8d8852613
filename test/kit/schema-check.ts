/** A schema of OpenAPI 3.0, or a part of one. */
export type Schema = Readonly<Record<string, unknown>>;

type Check = (value: unknown, rule: never, schema: Schema) => boolean;

/** What `type` and `format` and the bounds say, by keyword; a value of another type is `type`'s concern. */
const CHECKS: Readonly<Record<string, Check>> = {
  type: (value, type: string) => isOfType(value, type),
  enum: (value, choices: readonly unknown[]) => choices.includes(value),
  format: (value, format: string) => FORMATS[format]?.test(String(value)) ?? false,
  minLength: (value, min: number) => [...String(value)].length >= min,
  maxLength: (value, max: number) => [...String(value)].length <= max,
  minimum: (value, min: number, { exclusiveMinimum }) =>
    exclusiveMinimum === true ? Number(value) > min : Number(value) >= min,
  minItems: (value, min: number) => Array.isArray(value) && value.length >= min,
  maxItems: (value, max: number) => Array.isArray(value) && value.length <= max,
};

const FORMATS: Readonly<Record<string, RegExp>> = {
  date: /^\d{4}-\d{2}-\d{2}$/,
  'date-time': /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/,
  email: /^[^@\s]+@[^@\s]+$/,
  password: /^/,
};

/** Those that say nothing of a value by themselves, or are seen to below. */
const PASSED_OVER = new Set([
  ...['description', 'example', 'default', 'nullable', 'exclusiveMinimum'],
  ...['properties', 'required', 'items', 'allOf', 'oneOf', 'discriminator', '$ref', 'additionalProperties'],
]);

function isOfType(value: unknown, type: string): boolean {
  if (type === 'integer') return Number.isSafeInteger(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}

/** The schema that a `$ref` means, or the schema itself. */
export function resolved(schema: Schema, schemas: Readonly<Record<string, Schema>>): Schema {
  const { $ref } = schema;
  if (typeof $ref !== 'string') return schema;
  const referred = schemas[$ref.split('/').at(-1) ?? ''];
  if (!referred) throw new Error(`The document lacks ${$ref}`);
  return referred;
}

/**
 * What is wrong with a value, as `path: keyword`, by the keywords that our document uses; empty when all is well.
 * Properties that the schema doesn't name are wrong, as requests refuse them.
 * @throws Error for a keyword that it doesn't know
 */
export function schemaFaults(
  value: unknown,
  given: Schema,
  schemas: Readonly<Record<string, Schema>>,
  path = '$',
): string[] {
  const schema = resolved(given, schemas);
  if (value === null && schema['nullable'] === true) return [];
  const own = Object.entries(schema)
    .filter(([keyword]) => !PASSED_OVER.has(keyword))
    .filter(([keyword, rule]) => {
      const check = CHECKS[keyword];
      if (!check) throw new Error(`No check for the keyword ${keyword}`);
      return !check(value, rule as never, schema);
    })
    .map(([keyword]) => `${path}: ${keyword}`);
  const all = (schema['allOf'] ?? []) as Schema[];
  return [
    ...own,
    ...all.flatMap((part) => schemaFaults(value, part, schemas, path)),
    ...(schema['oneOf'] ? choiceFaults(value, schema, schemas, path) : []),
    ...(schema['items'] ? itemFaults(value, schema['items'] as Schema, schemas, path) : []),
    ...(schema['properties'] ? propertyFaults(value, schema, schemas, path) : []),
  ];
}

/** The value must be of just one of several schemas: of the one that its discriminator names, where there is one. */
function choiceFaults(
  value: unknown,
  schema: Schema,
  schemas: Readonly<Record<string, Schema>>,
  path: string,
): string[] {
  const discriminator = schema['discriminator'] as
    { propertyName: string; mapping: Record<string, string> } | undefined;
  const choices = schema['oneOf'] as Schema[];
  if (!discriminator) {
    const faults = choices.map((choice) => schemaFaults(value, choice, schemas, path));
    return faults.filter((each) => each.length === 0).length === 1 ? [] : [`${path}: oneOf`];
  }
  const { propertyName, mapping } = discriminator;
  const word = (value as Record<string, unknown> | null)?.[propertyName];
  const $ref = typeof word === 'string' && Object.hasOwn(mapping, word) ? mapping[word] : undefined;
  const named = choices.find((choice) => choice['$ref'] === $ref);
  return named ? schemaFaults(value, named, schemas, path) : [`${path}.${propertyName}: discriminator`];
}

function itemFaults(value: unknown, items: Schema, schemas: Readonly<Record<string, Schema>>, path: string) {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item, index) => schemaFaults(item, items, schemas, `${path}[${index}]`));
}

function propertyFaults(
  value: unknown,
  schema: Schema,
  schemas: Readonly<Record<string, Schema>>,
  path: string,
): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const properties = schema['properties'] as Readonly<Record<string, Schema>>;
  const missing = ((schema['required'] ?? []) as string[]).filter((name) => !Object.hasOwn(value, name));
  return [
    ...missing.map((name) => `${path}.${name}: required`),
    ...Object.entries(value).flatMap(([name, inner]) => {
      const property = properties[name];
      if (property) return schemaFaults(inner, property, schemas, `${path}.${name}`);
      return schema['additionalProperties'] === true ? [] : [`${path}.${name}: unknown`];
    }),
  ];
}
