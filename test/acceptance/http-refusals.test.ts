import { connect } from 'node:net';
import { startService, type Answer, type SignedUp, type TestService } from '../kit/service.js';

let service: TestService;
let user: SignedUp;

beforeAll(async () => {
  service = await startService();
  user = await service.signUp();
});
afterAll(() => service.stop());

/** Sends bytes and reads what comes back until the connection ends. */
function raw(bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1', () => socket.write(bytes));
    let answer = '';
    socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
}

function expectProblem(answer: Answer, status: number, code: string): void {
  expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(answer.body).toMatchObject({
    type: `urn:problem:envelope-ledger:${code}`,
    title: expect.any(String),
    status,
    detail: expect.any(String),
    instance: expect.stringMatching(/^\//),
  });
  expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|at \S+ \(|\.js:\d/);
}

const JSON_TYPE = { 'content-type': 'application/json' };
/** 348 lists of a thousand lists, in less than 1 MiB. */
const nestedLists = Array(348)
  .fill(`[${'[],'.repeat(999)}[]]`)
  .join(',');
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

/** Method, path, what is sent, and the status and code of the answer. */
const REFUSED: readonly [string, string, Parameters<TestService['api']>[2], number, string][] = [
  ['GET', '/nothing/here', {}, 404, 'route_not_found'],
  ['GET', '/', {}, 404, 'route_not_found'],
  ['DELETE', '/users/me', {}, 404, 'route_not_found'],
  ['GET', '/users/signup', {}, 404, 'route_not_found'],
  ['GET', '/%ZZ', {}, 400, 'invalid_request'],
  ['GET', '/users/exists/%E0%A4%A', {}, 400, 'invalid_request'],
  ['GET', `/users/exists/${'a'.repeat(2_000)}`, {}, 404, 'not_found'],
  ['POST', '/users/signup', { body: '{"username":', headers: JSON_TYPE }, 400, 'invalid_request'],
  ['POST', '/users/signup', { body: '{"__proto__": {"a": 1}}', headers: JSON_TYPE }, 400, 'invalid_request'],
  [
    'POST',
    '/users/signup',
    { body: '{"a": {"constructor": {"prototype": 1}}}', headers: JSON_TYPE },
    400,
    'invalid_request',
  ],
  ['POST', '/users/signup', { body: '[]', headers: JSON_TYPE }, 400, 'invalid_request'],
  ['POST', '/users/signup', { body: 'null', headers: JSON_TYPE }, 400, 'invalid_request'],
  ['POST', '/users/signup', { body: '"text"', headers: JSON_TYPE }, 400, 'invalid_request'],
  ['POST', '/users/signup', { body: '', headers: JSON_TYPE }, 400, 'invalid_request'],
  ['POST', '/users/signup', { body: nested(100_000), headers: JSON_TYPE }, 400, 'invalid_request'],
  [
    'POST',
    '/users/signup',
    { body: `{"a": ${nested(100_000)}}`, headers: JSON_TYPE },
    400,
    'invalid_request',
  ],
  ['POST', '/users/signup', { body: 'x'.repeat(1_048_577), headers: JSON_TYPE }, 413, 'payload_too_large'],
  [
    'POST',
    '/users/signup',
    { body: 'x', headers: { 'content-type': 'text/plain' } },
    415,
    'unsupported_media_type',
  ],
  [
    'POST',
    '/users/signup',
    { body: '<a/>', headers: { 'content-type': 'application/xml' } },
    415,
    'unsupported_media_type',
  ],
  ['POST', '/users/signup', { form: { username: 'ada' } }, 415, 'unsupported_media_type'],
  ['POST', '/token', { body: { username: 'ada' } }, 415, 'unsupported_media_type'],
  ['GET', '/health/live?verbose=true', {}, 400, 'invalid_request'],
  ['GET', '/users/me', {}, 401, 'unauthorized'],
  ['GET', '/health/live', { headers: { 'x-large': 'x'.repeat(17_000) } }, 431, 'header_fields_too_large'],
];

describe('what no route takes', () => {
  it.each(
    REFUSED.map(
      ([method, path, ...rest]) => [`${method} ${path.slice(0, 40)}`, method, path, ...rest] as const,
    ),
  )('%s is a problem', async (_, method, path, options, status, code) => {
    expectProblem(await service.api(method, path, options), status, code);
  });

  it.each([
    ['{', 'The body is not valid JSON', undefined],
    ['{"a": 01}', 'The body is not valid JSON', undefined],
    [' ', 'The body is not valid JSON', undefined],
    ['{"__proto__": {"a": 1}}', 'The body holds a field that no request has: __proto__', '__proto__'],
    [
      '{"a": [{"b": {"constructor": {"prototype": 1}}}]}',
      'The body holds a field that no request has: constructor',
      'a[0].b.constructor',
    ],
    ['{"username": {"toString": 1}}', expect.stringContaining(': toString'), 'username.toString'],
    [nested(30), 'The body is nested too deeply', undefined],
    [
      JSON.stringify(Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`f${index}`, 1]))),
      'The body holds an object with more fields than any request has',
      undefined,
    ],
    [`{"a": [${nestedLists}]}`, 'The body holds too many objects and lists', undefined],
  ])('body %# is told what is wrong with it', async (body, detail: unknown, field) => {
    const answer = await service.api('POST', '/users/signup', { body, headers: JSON_TYPE });
    expectProblem(answer, 400, 'invalid_request');
    const errors = field === undefined ? undefined : [{ field, message: 'is not a field of this request' }];
    expect({ detail: answer.body.detail, errors: answer.body.errors }).toEqual({ detail, errors });
  });

  it('a byte order mark before a body is passed over', async () => {
    const answer = await service.api('POST', '/users/signup', { body: '\uFEFF{}', headers: JSON_TYPE });
    expect(answer.body.errors).toContainEqual({ field: 'username', message: 'must be a string' });
  });

  it('a body that is no UTF-8 is 400', async () => {
    const body = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
    const head = `POST /users/signup HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
    const answer = await raw(Buffer.concat([Buffer.from(head), body]));
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('The body is not UTF-8');
  });

  it.each([
    ['binary', Buffer.from([0, 1, 2, 3, 13, 10, 13, 10])],
    ['a TLS hello', Buffer.from('160301020001000001fc0303', 'hex')],
    ['text', 'hello there\r\n\r\n'],
    ['a broken header', 'GET /health/live HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n'],
  ])('bytes that are no HTTP (%s) are 400', async (_, bytes) => {
    const answer = await raw(bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(answer).toContain('content-type: application/problem+json; charset=utf-8');
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ code: 'invalid_request' });
  });

  it('a missing token is told before a broken body', async () => {
    const answer = await service.api('POST', '/accounts', { body: '{"name":', headers: JSON_TYPE });
    expectProblem(answer, 401, 'unauthorized');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="envelope-ledger"');
    const withToken = { token: user.token, body: '{"name":', headers: JSON_TYPE };
    expectProblem(await service.api('POST', '/accounts', withToken), 400, 'invalid_request');
  });

  it('a missing token is told before a wrong media type, and either before what the body holds', async () => {
    const odd = { body: '{"name":', headers: { 'content-type': 'text/plain' } };
    expectProblem(await service.api('POST', '/accounts', odd), 401, 'unauthorized');
    expectProblem(
      await service.api('POST', '/accounts', { ...odd, token: user.token }),
      415,
      'unsupported_media_type',
    );
  });

  it('a body without a media type is 415', async () => {
    const request =
      'POST /users/signup HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}';
    expect(await raw(request)).toMatch(/^HTTP\/1\.1 415 /);
  });

  it('a field named like what every object inherits is unknown too', async () => {
    for (const name of ['constructor', 'toString', 'hasOwnProperty', '__proto__']) {
      const body = `{"name": "Checking", "${name}": 1}`;
      const answer = await service.api('POST', '/accounts', { token: user.token, body, headers: JSON_TYPE });
      expectProblem(answer, 400, 'invalid_request');
    }
  });
});

describe('every answer', () => {
  it('carries the id of its request: the one given when it is plain, else a new one', async () => {
    const given = await service.api('GET', '/health/live', { headers: { 'x-request-id': 'abc-1.2_3' } });
    expect(given.headers.get('x-request-id')).toBe('abc-1.2_3');
    for (const odd of ['a b', 'x'.repeat(65), '"quoted"', '{"a":1}']) {
      const made = await service.api('GET', '/health/live', { headers: { 'x-request-id': odd } });
      expect(made.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    }
    const refused = await service.api('GET', '/%ZZ', { headers: { 'x-request-id': 'bad-url' } });
    expect(refused.headers.get('x-request-id')).toBe('bad-url');
  });

  it('is the same with a slash at the end of the path', async () => {
    expect((await service.api('GET', '/health/live/')).body).toEqual({ status: 'ok' });
    expect((await service.api('GET', '/users/me/', { token: user.token })).status).toBe(200);
  });

  it('says that it must not be kept', async () => {
    const answer = await service.api('GET', '/users/me', { token: user.token });
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('says nothing to browsers of other origins', async () => {
    const answer = await service.api('GET', '/health/live', { headers: { origin: 'https://example.org' } });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('health', () => {
  it('is alive and ready', async () => {
    for (const path of ['/health/live', '/health/ready']) {
      expect(await service.api('GET', path)).toMatchObject({ status: 200, body: { status: 'ok' } });
    }
  });
});

describe('CORS', () => {
  it('lets the named origins in, and no other', async () => {
    const open = await startService({
      env: { CORS_ORIGINS: 'https://app.example.org,http://localhost:3000' },
    });
    const allowed = async (origin: string) => {
      const { headers } = await open.api('GET', '/health/live', { headers: { origin } });
      return headers.get('access-control-allow-origin');
    };
    expect(await allowed('https://app.example.org')).toBe('https://app.example.org');
    expect(await allowed('http://localhost:3000')).toBe('http://localhost:3000');
    expect(await allowed('https://example.org')).toBeNull();
    await open.stop();
  });
});
