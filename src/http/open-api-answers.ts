import type { OpenAPIObject } from '@nestjs/swagger';
import type { ProblemCode } from '../kernel/problem-codes.js';
import { DRY_RUN } from './dry-run.js';

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
type Schema = Schemas[string];
type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Response = Exclude<NonNullable<Operation['responses'][string]>, { $ref: string }>;

const header = (description: string, example: string) => ({
  description,
  schema: { type: 'string' as const, example },
});

/** How answers' `ETag` is described. */
export const ETAG = header('The version, for `If-Match`', '"7"');
const IDEMPOTENCY_HIT = header('`true` where the answer is the first one again, nothing new', 'true');
const WWW_AUTHENTICATE = header('Asks for a bearer token', 'Bearer realm="envelope-ledger"');
const RETRY_AFTER = {
  description: 'How many seconds to wait before the next try',
  schema: { type: 'integer' as const, minimum: 1, example: 1 },
};

/**
 * Describes of an operation's answers what nobody says of each: the headers that come with them, and that a dry run is
 * answered with 200.
 */
export function describeAnswers(operation: Operation, schemas: Schemas): void {
  const keyed = hasParameter(operation, 'Idempotency-Key');
  for (const [status, response] of Object.entries(operation.responses)) {
    if (!response || '$ref' in response) continue;
    response.headers = { ...response.headers, ...headersOf(status, response, keyed, schemas) };
    if (Object.keys(response.headers).length === 0) delete response.headers;
  }
  const created = operation.responses['201'];
  if (!created || '$ref' in created || !hasParameter(operation, DRY_RUN)) return;
  const { content } = created;
  const description = 'What would be recorded: the answer to a dry run';
  operation.responses['200'] = { description, ...(content && { content }) };
}

function headersOf(
  status: string,
  response: Response,
  keyed: boolean,
  schemas: Schemas,
): Response['headers'] {
  if (status < '300') {
    const versioned = Object.values(response.content ?? {}).some(
      ({ schema }) => schema !== undefined && hasVersion(schema, schemas),
    );
    return { ...(versioned && { ETag: ETAG }), ...(keyed && { 'Idempotency-Hit': IDEMPOTENCY_HIT }) };
  }
  if (status === '401') return { 'WWW-Authenticate': WWW_AUTHENTICATE };
  const waits = status === '429' || status === '503' || tellsOf(response, 'idempotency_in_flight');
  return waits ? { 'Retry-After': RETRY_AFTER } : {};
}

const hasParameter = ({ parameters = [] }: Operation, wanted: string): boolean =>
  parameters.some((parameter) => 'name' in parameter && parameter.name === wanted);

const tellsOf = ({ content }: Response, code: ProblemCode): boolean =>
  Object.values(content ?? {}).some(
    ({ examples }) => examples !== undefined && Object.hasOwn(examples, code),
  );

/** Whether bodies of that shape carry the `version` that an `ETag` is made of. */
function hasVersion(schema: Schema, schemas: Schemas): boolean {
  if ('$ref' in schema) {
    const referred = schemas[schema.$ref.split('/').at(-1) ?? ''];
    return referred !== undefined && hasVersion(referred, schemas);
  }
  const parts = [...(schema.allOf ?? []), ...(schema.oneOf ?? [])];
  return schema.properties?.['version'] !== undefined || parts.some((part) => hasVersion(part, schemas));
}
