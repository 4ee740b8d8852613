import { resolved, schemaFaults, type Schema } from '../kit/schema-check.js';
import { startService, type TestService } from '../kit/service.js';

interface Media {
  schema: Schema;
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}
interface Described {
  content?: Record<string, Media>;
}
interface Operation {
  tags: string[];
  requestBody?: Described;
  responses: Record<string, Described>;
}
interface Document {
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

let service: TestService;
let document: Document;
let schemas: Record<string, Schema>;
let operations: [name: string, operation: Operation][];
beforeAll(async () => {
  service = await startService();
  document = (await service.api<Document>('GET', '/openapi.json')).body;
  ({ schemas } = document.components);
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, each]): [string, Operation] => [`${method} ${path}`, each]),
  );
});
afterAll(() => service.stop());

const successesOf = ({ responses }: Operation): Described[] =>
  Object.entries(responses).flatMap(([status, response]) =>
    status < '300' && status !== '204' ? [response] : [],
  );

const mediaOf = ({ content = {} }: Described): Media[] => Object.values(content);

const examplesOf = ({ example, examples = {} }: Media): unknown[] => [
  ...(example === undefined ? [] : [example]),
  ...Object.values(examples).map(({ value }) => value),
];

/** What is wrong with the examples of a body or an answer; to have none is wrong, too. */
const exampleFaults = (described: Described): string[] => {
  const media = mediaOf(described);
  if (media.length === 0) return ['no content'];
  return media.flatMap((each) => {
    const examples = examplesOf(each);
    if (examples.length === 0) return ['no example'];
    return examples.flatMap((example) => schemaFaults(example, each.schema, schemas));
  });
};

/** Every object within a value. */
function objectsIn(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(objectsIn);
  return Array.isArray(value) ? inner : [value as Record<string, unknown>, ...inner];
}

const cents = (amounts: unknown[]) =>
  amounts.reduce<number>((sum, amount) => sum + Math.round(Number(amount) * 100), 0);

describe('/openapi.json', () => {
  it('gives each success answer an example that its schema allows', () => {
    const faults = operations.map(([name, operation]) => [
      name,
      successesOf(operation).flatMap(exampleFaults),
    ]);
    expect(faults).toEqual(operations.map(([name]) => [name, []]));
  });

  it('gives each request body an example that its schema allows', () => {
    const faults = operations.map(([name, { requestBody }]) => [
      name,
      requestBody ? exampleFaults(requestBody) : [],
    ]);
    expect(faults).toEqual(operations.map(([name]) => [name, []]));
    expect(operations.filter(([, { requestBody }]) => requestBody).length).toBeGreaterThan(12);
  });

  it('gives each property an example that its schema allows, its own or by its parts', () => {
    const isTold = (property: Schema): boolean => {
      if ('example' in property) return true;
      if (typeof property['$ref'] === 'string') return true;
      return property['items'] !== undefined && isTold(property['items'] as Schema);
    };
    for (const [name, schema] of Object.entries(schemas)) {
      const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Schema>);
      expect(properties.length).toBeGreaterThan(0);
      const untold = properties.filter(([, property]) => !isTold(property)).map(([property]) => property);
      expect([name, untold]).toEqual([name, []]);
      const faults = properties.flatMap(([property, each]) =>
        'example' in each ? schemaFaults(each['example'], each, schemas, property) : [],
      );
      expect([name, faults]).toEqual([name, []]);
    }
  });

  it('shows accounts and transactions that add up', () => {
    const shown = operations.flatMap(([, operation]) =>
      objectsIn(successesOf(operation).flatMap(mediaOf).flatMap(examplesOf)),
    );
    const accounts = shown.filter((each) => 'account_type' in each);
    const transactions = shown.filter((each) => 'postings' in each);
    expect(accounts.length).toBeGreaterThan(2);
    expect(transactions.length).toBeGreaterThan(6);
    for (const { balance, envelopes } of accounts) {
      const balances = objectsIn(envelopes).map((envelope) => envelope['balance']);
      expect(cents([balance])).toBe(cents(balances));
    }
    for (const { amount, postings } of transactions) {
      expect(cents([amount])).toBe(cents(objectsIn(postings).map((posting) => posting['amount'])));
    }
  });

  it('says of each tag in a line what it is about', () => {
    const used = new Set(operations.flatMap(([, { tags }]) => tags));
    expect(document.tags.map(({ name }) => name).sort()).toEqual([...used].sort());
    for (const { description } of document.tags) expect(description).toMatch(/^[A-Z].+\.$/);
  });
});

describe('the check of examples', () => {
  const schema: Schema = {
    type: 'object',
    required: ['id'],
    properties: {
      id: { type: 'integer', minimum: 0 },
      amount: { type: 'number', minimum: 0, exclusiveMinimum: true, nullable: true },
      day: { type: 'string', format: 'date' },
      either: { oneOf: [{ type: 'string' }, { type: 'object', properties: {} }] },
      told: {
        oneOf: [{ $ref: '#/a' }],
        discriminator: { propertyName: 'kind', mapping: { a: '#/a' } },
      },
      names: { type: 'array', minItems: 1, items: { type: 'string', maxLength: 3, enum: ['a', 'long'] } },
    },
  };
  it.each([
    [{ id: 1, amount: null, day: '2026-01-31', names: ['a'] }, []],
    [{}, ['$.id: required']],
    [[], ['$: type', '$.id: required']],
    [{ id: 1.5 }, ['$.id: type']],
    [{ id: -1, more: 1 }, ['$.id: minimum', '$.more: unknown']],
    [{ id: 1, amount: 0 }, ['$.amount: minimum']],
    [{ id: 1, day: 'today' }, ['$.day: format']],
    [{ id: 1, names: [] }, ['$.names: minItems']],
    [{ id: 1, names: ['b', 'long'] }, ['$.names[0]: enum', '$.names[1]: maxLength']],
    [{ id: 1, either: 'text', told: { kind: 'a', size: 1 } }, []],
    [{ id: 1, either: 1 }, ['$.either: oneOf']],
    [{ id: 1, told: { kind: 'a', size: '1' } }, ['$.told.size: type']],
    [{ id: 1, told: { kind: 'toString' } }, ['$.told.kind: discriminator']],
    [{ id: 1, told: null }, ['$.told.kind: discriminator']],
  ])('of %j finds what is wrong', (value, faults) => {
    const a: Schema = { properties: { kind: { enum: ['a'] }, size: { type: 'integer' } } };
    expect(schemaFaults(value, { $ref: '#/x' }, { x: schema, a }).sort()).toEqual([...faults].sort());
    expect(resolved({ $ref: '#/x' }, { x: schema })).toBe(schema);
  });
});
