import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { PROBLEM_KINDS } from '../kernel/problem-codes.js';
import { NAMED_FIELDS, problemType, SHOWN_PATH } from '../kernel/problem.js';
import type { PageSizes } from './list-query.js';
import { KEYLESS_OPERATION } from './idempotency.js';
import { describeAnswers } from './open-api-answers.js';
import { addExamples } from './open-api-examples.js';
import { describeTerms } from './open-api-terms.js';
import { addProblem } from './problems.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

/** The name under which the document knows the password flow. */
const SCHEME = 'password';

/** Marks an operation that needs no token, until the document is finished. */
export const OPEN_OPERATION = 'x-open';

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head'] as const;

// One a feature, in the order in which a newcomer meets them.
const TAGS = [
  ['Users', 'Sign up, log in, and see your own profile.'],
  ['Accounts', 'Accounts in one currency each, with what may be overdrawn.'],
  ['Envelopes', 'What the money of an account is put aside for; envelope 0 is Available.'],
  ['Payers', 'Who pays regularly, and how their pay is split over envelopes.'],
  ['Money', 'Deposits, spending, cash, moves between envelopes, paydays, adjustments and transfers.'],
  ['Batches', 'Many transactions at once, all or none, and undone or redone together.'],
  ['Undo', 'Take back the last transaction, again and again, or a chosen one, and redo what was taken back.'],
  ['Register', 'What was recorded: who, when, why, and what the balance was then.'],
  ['Log', 'The raw events of an account, each sealed by a hash over the one before, and whether they hold.'],
  ['Health', 'Whether the process is alive and can do its work.'],
] as const;

/** Serves Swagger UI at /docs and the OpenAPI document at /openapi.json. */
export function serveDocs(app: NestFastifyApplication, version: string, sizes: PageSizes): void {
  const config = new DocumentBuilder()
    .setTitle('Envelope Ledger')
    .setDescription(
      'Envelope budgeting on an event-sourced ledger. Amounts are JSON numbers in major units; every refusal is `application/problem+json` with a stable `code`.',
    )
    .setVersion(version)
    .addOAuth2({ type: 'oauth2', flows: { password: { tokenUrl: '/token', scopes: {} } } }, SCHEME)
    .build();
  config.tags = TAGS.map(([name, description]) => ({ name, description }));
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
  });
  finish(document, sizes);
  SwaggerModule.setup('docs', app, document, {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'Envelope Ledger',
    swaggerOptions: { persistAuthorization: true },
  });
}

/** Adds what every operation shares: the shape of problems, who must log in, the answers that are always possible. */
function finish(document: OpenAPIObject, sizes: PageSizes): void {
  const schemas = { ...document.components?.schemas, Problem: PROBLEM_SCHEMA };
  document.components = { ...document.components, schemas };
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = methods[method];
      if (!operation) continue;
      finishOperation(method, path, operation, sizes);
      addExamples(operation, schemas);
      describeAnswers(operation, schemas);
    }
  }
}

type Marked = Operation & { [OPEN_OPERATION]?: boolean; [KEYLESS_OPERATION]?: boolean };

function finishOperation(
  method: (typeof METHODS)[number],
  path: string,
  operation: Marked,
  sizes: PageSizes,
): void {
  const open = operation[OPEN_OPERATION] === true;
  const keyless = operation[KEYLESS_OPERATION] === true;
  Reflect.deleteProperty(operation, OPEN_OPERATION);
  Reflect.deleteProperty(operation, KEYLESS_OPERATION);
  operation.security = open ? [] : [{ [SCHEME]: [] }];
  addProblem(operation, 'invalid_request');
  if (operation.requestBody !== undefined) {
    addProblem(operation, 'payload_too_large');
    addProblem(operation, 'unsupported_media_type');
  }
  if (!open) {
    operation.parameters = [...(operation.parameters ?? []), TENANT_HEADER];
    addProblem(operation, 'unauthorized');
    addProblem(operation, 'not_found');
    const writes = method !== 'get' && method !== 'head';
    // What is made new has no version yet.
    const versioned = path.includes('{') || path.startsWith('/users/me');
    if (writes) describeTerms(operation, { keyless, versioned });
  }
  addProblem(operation, 'internal_error');
  addProblem(operation, 'service_unavailable');
  for (const parameter of operation.parameters ?? []) {
    if (!('name' in parameter) || parameter.name !== 'page_size') continue;
    addProblem(operation, 'use_cursor');
    if (parameter.schema && 'type' in parameter.schema) {
      Object.assign(parameter.schema, { default: sizes.default_size, maximum: sizes.max_size });
    }
  }
}

const TENANT_HEADER = {
  name: 'X-Tenant-ID',
  in: 'header' as const,
  required: false,
  description: 'The household that the request is about; the personal one when left out',
  schema: { type: 'string' as const },
};

const PROBLEM_SCHEMA = {
  type: 'object',
  description: 'RFC 9457. A code may come with further members, such as `account_id`.',
  required: ['type', 'title', 'status', 'detail', 'instance', 'code'],
  additionalProperties: true,
  properties: {
    type: { type: 'string', description: 'A URN that names the code', example: problemType('name_taken') },
    title: { type: 'string', example: PROBLEM_KINDS.name_taken.title },
    status: { type: 'integer', example: PROBLEM_KINDS.name_taken.status },
    detail: { type: 'string', example: PROBLEM_KINDS.name_taken.title },
    instance: { type: 'string', description: 'The path that was asked for', example: '/accounts' },
    code: { type: 'string', enum: Object.keys(PROBLEM_KINDS), example: 'name_taken' },
    errors: {
      type: 'array',
      maxItems: NAMED_FIELDS,
      description: `The fields that are wrong, for 400. Where they are more than ${NAMED_FIELDS}, the first ones, and \`detail\` says how many there are.`,
      example: [{ field: 'amount', message: 'must be greater than 0' }],
      items: {
        type: 'object',
        required: ['field', 'message'],
        properties: {
          field: {
            type: 'string',
            description: `Its path in the request, cut after ${SHOWN_PATH} characters`,
            example: 'amount',
          },
          message: { type: 'string', example: 'must be greater than 0' },
        },
      },
    },
  },
};
