import { isDeepStrictEqual } from 'node:util';

import { PROBLEM_KINDS } from '../../src/kernel/problem-codes.js';
import { startService, type TestService } from '../kit/service.js';

interface Response {
  description?: string;
  content?: Record<
    string,
    { schema?: unknown; examples?: Record<string, { value: Record<string, unknown> }> }
  >;
}
interface Parameter {
  name: string;
  in: string;
  required: boolean;
  schema?: unknown;
}
interface Operation {
  operationId: string;
  summary?: string;
  tags?: string[];
  security?: Record<string, unknown>[];
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: unknown }> };
  responses: Record<string, Response>;
}
interface Document {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, { properties?: Record<string, unknown> }>; securitySchemes: object };
}

let service: TestService;
let document: Document;
let operations: [string, string, string, Operation][];
beforeAll(async () => {
  service = await startService({ env: { PAGE_SIZE_DEFAULT: '30', PAGE_SIZE_MAX: '60' } });
  document = (await service.api<Document>('GET', '/openapi.json')).body;
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, string, string, Operation] => [
      `${method} ${path}`,
      method,
      path,
      operation,
    ]),
  );
});
afterAll(() => service.stop());

/** Every `$ref` within a value. */
function refs(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : refs(inner),
  );
}

/** A value for a path's parameters that names nothing. */
const concrete = (path: string) => path.replace(/\{\w+_id\}/g, 'acc_0').replace(/\{\w+\}/g, 'nobody');

const failing = (test: (name: string, method: string, path: string, operation: Operation) => boolean) =>
  operations.filter((each) => !test(...each)).map(([name]) => name);

describe('/openapi.json', () => {
  it('is OpenAPI 3 with a title and a version', () => {
    expect(document.openapi).toMatch(/^3\.[01]\./);
    expect(document.info).toMatchObject({
      title: 'Envelope Ledger',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
    expect(operations.length).toBeGreaterThan(20);
  });

  it('refers to nothing that it does not hold', () => {
    const known = new Set(
      Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`),
    );
    expect(refs(document).filter((ref) => !known.has(ref))).toEqual([]);
  });

  it('gives each operation a tag, a summary and an id of its own', () => {
    expect(failing((_name, _method, _path, { tags, summary }) => tags?.length === 1 && !!summary)).toEqual(
      [],
    );
    const ids = operations.map(([, , , { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('describes every parameter that a path names', () => {
    const wrong = failing((_name, _method, path, { parameters = [] }) => {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
      return JSON.stringify(named.sort()) === JSON.stringify(declared.sort());
    });
    expect(wrong).toEqual([]);
  });

  it('gives each operation one success, and that of a dry run, with a shape unless it is empty', () => {
    const wrong = failing((_name, _method, _path, { responses, parameters = [] }) => {
      const successes = Object.entries(responses).filter(([code]) => code < '300');
      const [status, response] = successes.at(-1) ?? ['', undefined];
      const dry = parameters.some(({ name }) => name === 'dry_run');
      return (
        successes.length === (dry ? 2 : 1) &&
        (!dry || isDeepStrictEqual(responses['200']?.content, responses['201']?.content)) &&
        (status === '204' || refs(response).length + JSON.stringify(response).indexOf('schema') > 0)
      );
    });
    expect(wrong).toEqual([]);
  });

  it('gives each body fields, or says that it has none', () => {
    const wrong = failing((_name, _method, _path, { requestBody }) => {
      if (!requestBody) return true;
      const [name = ''] = refs(requestBody).map((ref) => ref.split('/').at(-1));
      return Object.keys(document.components.schemas[name]?.properties ?? {}).length > 0;
    });
    expect(wrong).toEqual([]);
  });

  it('tells of each problem by its code, with an example that has its status', () => {
    const seen = new Set<string>();
    for (const [name, , , { responses }] of operations) {
      for (const [status, { content }] of Object.entries(responses).filter(([code]) => code >= '400')) {
        const examples = Object.entries(content?.['application/problem+json']?.examples ?? {});
        expect([name, status, examples.length > 0]).toEqual([name, status, true]);
        for (const [code, { value }] of examples) {
          seen.add(code);
          expect([name, value.code, String(value.status)]).toEqual([name, code, status]);
        }
      }
    }
    // These come before any operation is known.
    const anywhere = ['route_not_found', 'request_timeout', 'header_fields_too_large'];
    expect(Object.keys(PROBLEM_KINDS).filter((code) => !seen.has(code) && !anywhere.includes(code))).toEqual(
      [],
    );
  });

  it('asks for a token just where the service does', async () => {
    for (const [name, method, path, { security, responses }] of operations) {
      const answer = await service.api(method.toUpperCase(), concrete(path));
      const guarded = answer.status === 401 && answer.body.code === 'unauthorized';
      expect([name, guarded]).toEqual([name, security?.length === 1]);
      expect([name, guarded]).toEqual([
        name,
        JSON.stringify(responses['401'] ?? '').includes('unauthorized'),
      ]);
    }
  });

  it('lets Swagger UI log in by name and password', async () => {
    expect(document.components.securitySchemes).toEqual({
      password: { type: 'oauth2', flows: { password: { tokenUrl: '/token', scopes: {} } } },
    });
    const page = await service.api<string>('GET', '/docs');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    for (const file of page.body.match(/\.\/docs\/[\w.-]+\.(js|css)/g) ?? []) {
      expect((await service.api('GET', file.slice(1))).status).toBe(200);
    }
  });

  it('tells the page sizes that are set', () => {
    const lists = operations.filter(([, , , { parameters = [] }]) =>
      parameters.some(({ name }) => name === 'page_size'),
    );
    expect(lists.length).toBeGreaterThanOrEqual(3);
    for (const [, , , { parameters = [] }] of lists) {
      const size = parameters.find(({ name }) => name === 'page_size');
      expect(size?.schema).toMatchObject({ default: 30, maximum: 60 });
    }
  });
});
