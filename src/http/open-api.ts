import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { PROBLEM_KINDS, type ProblemCode } from '../kernel/problem-codes.js';
import type { PageSizes } from './list-query.js';
import { problemResponse } from './problems.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

/** The name under which the document knows the password flow. */
const SCHEME = 'password';

/** Marks an operation that needs no token, until the document is finished. */
export const OPEN_OPERATION = 'x-open';

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head'] as const;

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
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
  });
  finish(document, sizes);
  SwaggerModule.setup('docs', app, document, {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'Envelope Ledger',
    swaggerOptions: { persistAuthorization: true, tagsSorter: 'alpha' },
  });
}

/** Adds what every operation shares: the shape of problems, who must log in, the answers that are always possible. */
function finish(document: OpenAPIObject, sizes: PageSizes): void {
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Problem: PROBLEM_SCHEMA },
  };
  for (const path of Object.values(document.paths)) {
    for (const method of METHODS) {
      const operation = path[method];
      if (operation) finishOperation(operation, sizes);
    }
  }
}

function finishOperation(operation: Operation & { [OPEN_OPERATION]?: boolean }, sizes: PageSizes): void {
  const open = operation[OPEN_OPERATION] === true;
  Reflect.deleteProperty(operation, OPEN_OPERATION);
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
  }
  addProblem(operation, 'internal_error');
  addProblem(operation, 'service_unavailable');
  for (const parameter of operation.parameters ?? []) {
    if (
      'name' in parameter &&
      parameter.name === 'page_size' &&
      parameter.schema &&
      'type' in parameter.schema
    ) {
      Object.assign(parameter.schema, { default: sizes.default_size, maximum: sizes.max_size });
    }
  }
}

function addProblem(operation: Operation, code: ProblemCode): void {
  const status = String(PROBLEM_KINDS[code].status);
  operation.responses[status] ??= problemResponse([code]);
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
    type: { type: 'string', description: 'A URN that names the code' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    instance: { type: 'string', description: 'The path that was asked for' },
    code: { type: 'string', enum: Object.keys(PROBLEM_KINDS) },
    errors: {
      type: 'array',
      description: 'The fields that are wrong, for 400',
      items: {
        type: 'object',
        required: ['field', 'message'],
        properties: { field: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
};
