import { startThings, things } from './idempotent-things.js';

let service: Awaited<ReturnType<typeof startThings>>;
beforeAll(async () => {
  service = await startThings();
});
afterAll(() => service.close());
beforeEach(() => things.clear());

interface Sent {
  readonly method?: string;
  readonly key?: string;
  readonly body?: string;
  readonly path?: string;
  readonly user?: string | null;
  readonly household?: string;
}

async function post({
  method = 'POST',
  key,
  body = '{"name": "a"}',
  path = '/things',
  user = 'ada',
  household = 'home',
}: Sent) {
  const response = await fetch(`${service.origin}${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(user !== null && { 'x-user': user, 'x-household': household }),
      ...(key !== undefined && { 'idempotency-key': key }),
    },
    body,
  });
  const text = await response.text();
  const code = text.startsWith('{') ? (JSON.parse(text) as { code?: string }).code : undefined;
  return { status: response.status, text, headers: response.headers, code };
}

const shown = ({ status, text, headers }: Awaited<ReturnType<typeof post>>) => ({
  status,
  text,
  etag: headers.get('etag'),
  location: headers.get('location'),
  type: headers.get('content-type'),
});

describe('a write with an Idempotency-Key', () => {
  it('is made once, and answered as the first time', async () => {
    const first = await post({ key: 'k1' });
    expect(shown(first)).toMatchObject({ status: 201, text: '{"version":1,"name":"a"}', etag: '"1"' });
    expect(first.headers.get('idempotency-hit')).toBeNull();
    expect(things.lookUps).toBe(0);
    const again = await post({ key: 'k1' });
    expect(shown(again)).toEqual({ ...shown(first), location: '/things/1' });
    expect(again.headers.get('idempotency-hit')).toBe('true');
    expect(things.changes).toBe(1);
  });

  it('without a body in its answer is answered so again', async () => {
    expect((await post({ key: 'k1', path: '/things/7/end', body: '{}' })).status).toBe(204);
    const again = await post({ key: 'k1', path: '/things/7/end', body: '{}' });
    expect([again.status, again.text, again.headers.get('idempotency-hit')]).toEqual([204, '', 'true']);
    expect(things.changes).toBe(1);
  });

  it('is the same with fields in another order, and a slash at the end', async () => {
    await post({ key: 'k1', body: '{"name": "a", "more": [1, {"x": 1, "y": 2}]}' });
    const again = await post({
      key: 'k1',
      body: '{ "more": [1, {"y": 2, "x": 1}], "name": "a" }',
      path: '/things/',
    });
    expect([again.status, things.changes]).toEqual([201, 1]);
  });

  it.each<[string, Sent]>([
    ['body', { body: '{"name": "b"}' }],
    ['number', { body: '{"name": "a", "amount": 1}' }],
    ['query', { path: '/things?x=1' }],
    ['path', { path: '/things/7/end' }],
    ['method', { method: 'PATCH' }],
  ])('is refused with another %s', async (_, other) => {
    await post({ key: 'k1' });
    const answer = await post({ key: 'k1', ...other });
    expect([answer.status, answer.code, things.changes]).toEqual([422, 'idempotency_key_reused', 1]);
  });

  it('is answered by its record before it is found invalid', async () => {
    await post({ key: 'k1' });
    const record = [...things.kept.values()][0];
    const body = '{"name": "invalid"}';
    const refused = await post({ key: 'k2', body });
    expect([refused.status, refused.code]).toEqual([400, 'invalid_request']);
    if (record) things.kept.set('home ada k2', { ...record, fingerprint: 'of another request' });
    expect((await post({ key: 'k2', body })).status).toBe(422);
  });

  it('that is refused is decided anew under the same key', async () => {
    expect((await post({ key: 'k1', body: '{"name": "invalid"}' })).status).toBe(400);
    expect((await post({ key: 'k1' })).status).toBe(201);
  });

  it('belongs to its user and household', async () => {
    await post({ key: 'k1' });
    expect((await post({ key: 'k1', user: 'bob' })).headers.get('idempotency-hit')).toBeNull();
    expect((await post({ key: 'k1', household: 'office' })).headers.get('idempotency-hit')).toBeNull();
    expect(things.changes).toBe(3);
  });

  it('that is still in flight is not begun again; what fails in flight leaves its key free', async () => {
    let release: () => void = () => undefined;
    things.hold = new Promise((resolve) => (release = resolve));
    const first = post({ key: 'k1' });
    const others: Awaited<ReturnType<typeof post>>[] = [];
    while (others.length < 3) {
      const other = await Promise.race([post({ key: 'k1' }), first]);
      others.push(other);
    }
    for (const other of others) {
      expect([other.status, other.code, other.headers.get('retry-after')]).toEqual([
        409,
        'idempotency_in_flight',
        '1',
      ]);
    }
    const free = post({ key: 'k2' });
    release();
    expect((await first).status).toBe(201);
    expect((await free).status).toBe(201);
    things.hold = Promise.resolve();
    expect((await post({ key: 'k1' })).headers.get('idempotency-hit')).toBe('true');
    expect(things.changes).toBe(2);
  });

  it('fifty times at once is made once', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => post({ key: 'k1' })));
    for (const { status } of answers) expect([201, 409]).toContain(status);
    expect(things.changes).toBe(1);
  });

  it.each(['', 'x'.repeat(256), 'ümlaut', 'tab\there'])('that is none is refused: %j', async (key) => {
    const answer = await post({ key });
    expect([answer.status, answer.code]).toEqual([400, 'invalid_request']);
    expect(answer.text).toContain('Idempotency-Key');
    expect(things.changes).toBe(0);
  });

  it.each(['x', 'x'.repeat(255), '"quoted"', 'a, b', '~!@#$%^&*()'])('may be %j', async (key) => {
    expect((await post({ key })).status).toBe(201);
    expect((await post({ key })).headers.get('idempotency-hit')).toBe('true');
  });

  it('means nothing for open routes, for those that keep nothing, and for dry runs', async () => {
    await post({ key: 'k1', path: '/things/secret', body: '{}' });
    await post({ key: 'k1', path: '/things/secret', body: '{}' });
    expect(things.changes).toBe(2);
    const dry = await post({ key: 'k1', path: '/things?dry_run=true' });
    expect([dry.status, dry.headers.get('idempotency-hit'), things.kept.size, things.changes]).toEqual([
      200,
      null,
      0,
      2,
    ]);
    expect((await post({ key: 'k1', path: '/things?dry_run=false' })).status).toBe(201);
    expect((await post({ key: 'k9', path: '/things?dry_run=perhaps' })).status).toBe(400);
    expect((await post({ key: 'k9', path: '/things?dry_run=true&dry_run=true' })).status).toBe(400);
  });

  it('is not said to have failed when its record cannot be read', async () => {
    const answer = await post({ key: 'k1', household: 'broken', body: '{"name": "invalid"}' });
    expect([answer.status, answer.code]).toEqual([503, 'service_unavailable']);
  });
});

describe('an answer', () => {
  it('has the version that it carries as its ETag', async () => {
    const read = await fetch(`${service.origin}/things/7`);
    expect(read.headers.get('etag')).toBe('"3"');
    const refused = await fetch(`${service.origin}/things/7`, { method: 'DELETE' });
    expect([refused.status, refused.headers.get('etag')]).toEqual([404, null]);
  });
});
