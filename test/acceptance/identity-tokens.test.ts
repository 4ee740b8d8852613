import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import { startService, uniqueName, type SignedUp, type TestService } from '../kit/service.js';

const SECRET = 'the key with which this test forges its tokens';

let service: TestService;
let user: SignedUp;
beforeAll(async () => {
  service = await startService({ env: { JWT_SECRET_KEY: SECRET } });
  user = await service.signUp();
});
afterAll(() => service.stop());

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const now = () => Math.floor(Date.now() / 1_000);
const claims = (change: Record<string, unknown> = {}) => ({
  sub: user.id,
  household_id: user.household_id,
  typ: 'access',
  iat: now(),
  exp: now() + 600,
  ...change,
});
const signed = (header: object, payload: object, sign: (text: string) => string) => {
  const text = `${encode(header)}.${encode(payload)}`;
  return `${text}.${sign(text)}`;
};
const hmac = (hash: string, key: string) => (text: string) =>
  createHmac(hash, key).update(text).digest('base64url');
const HS256 = { alg: 'HS256', typ: 'JWT' };
const me = (token: string | undefined, headers: Record<string, string> = {}) =>
  service.api('GET', '/users/me', { token, headers });

describe('POST /token', () => {
  it('answers with a bearer token that is good for 30 minutes, and is never kept', async () => {
    const answer = await service.token(user.username, user.password);
    expect(answer).toMatchObject({ status: 200, body: { token_type: 'bearer', expires_in: 1_800 } });
    expect(Object.keys(answer.body).sort()).toEqual([
      'access_token',
      'expires_in',
      'refresh_token',
      'token_type',
    ]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const payload = JSON.parse(
      Buffer.from(String(answer.body.access_token).split('.')[1] ?? '', 'base64url').toString(),
    ) as Record<string, number>;
    expect(payload).toMatchObject({ sub: user.id, household_id: user.household_id, typ: 'access' });
    expect(Number(payload.exp) - Number(payload.iat)).toBe(1_800);
    expect((await me(String(answer.body.access_token))).status).toBe(200);
  });

  it('ignores what Swagger UI and others send along', async () => {
    const form = {
      grant_type: 'password',
      username: user.username.toUpperCase(),
      password: user.password,
      scope: 'read write',
      client_id: 'app',
      client_secret: 'x',
      resource: 'unheard of',
    };
    for (const authorization of ['Basic Og==', 'Basic !!!', 'Bearer nonsense']) {
      const answer = await service.api('POST', '/token', { form, headers: { authorization } });
      expect(answer.status).toBe(200);
    }
  });

  it('refuses a wrong password and an unknown name in the same words', async () => {
    const wrong = await service.token(user.username, 'not the password');
    const unknown = await service.token(uniqueName('nobody'), 'not the password');
    expect(wrong).toMatchObject({ status: 401, body: { code: 'invalid_grant', error: 'invalid_grant' } });
    expect(unknown.body).toEqual(wrong.body);
    expect([...unknown.headers.keys()]).toEqual([...wrong.headers.keys()]);
    expect(wrong.headers.get('www-authenticate')).toMatch(/^Bearer /);
  });

  it.each([
    ['nothing', '', 'invalid_request'],
    ['no grant type', 'username=ada&password=x', 'invalid_request'],
    ['another grant type', 'grant_type=client_credentials&username=a&password=b', 'unsupported_grant_type'],
    ['no password', 'grant_type=password&username=ada', 'invalid_request'],
    ['an empty name', 'grant_type=password&username=&password=x', 'invalid_request'],
    ['a field twice', 'grant_type=password&username=a&username=b&password=x', 'invalid_request'],
    ['an endless name', `grant_type=password&username=${'a'.repeat(5_000)}&password=x`, 'invalid_request'],
    ['a prototype', 'grant_type=password&__proto__=x&username=a', 'invalid_request'],
  ])('refuses a form with %s', async (_, body, error) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await service.api('POST', '/token', { body, headers });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request', error } });
  });
});

describe('a token that we did not issue like this', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const pem = String(publicKey.export({ type: 'spki', format: 'pem' }));
  const rsa = (text: string) => createSign('RSA-SHA256').update(text).sign(privateKey, 'base64url');

  it('is accepted only with the right key, algorithm and claims, which this test can make', async () => {
    expect((await me(signed(HS256, claims(), hmac('sha256', SECRET)))).status).toBe(200);
  });

  const FORGED: readonly [string, () => string | undefined][] = [
    ['none at all', () => undefined],
    ['an empty one', () => ''],
    ['no JWT', () => 'abc'],
    ['three dots', () => '...'],
    ['alg none', () => signed({ alg: 'none', typ: 'JWT' }, claims(), () => '')],
    ['alg None, signed', () => signed({ alg: 'None' }, claims(), hmac('sha256', SECRET))],
    ['another key', () => signed(HS256, claims(), hmac('sha256', `${SECRET}!`))],
    ['an empty key', () => signed(HS256, claims(), hmac('sha256', ''))],
    ['HS384 with the right key', () => signed({ alg: 'HS384' }, claims(), hmac('sha384', SECRET))],
    ['HS512 with the right key', () => signed({ alg: 'HS512' }, claims(), hmac('sha512', SECRET))],
    ['RS256', () => signed({ alg: 'RS256' }, claims(), rsa)],
    ['RS256 named, HMAC by the public key', () => signed({ alg: 'RS256' }, claims(), hmac('sha256', pem))],
    ['HS256 named, HMAC by the public key', () => signed(HS256, claims(), hmac('sha256', pem))],
    [
      'a key of its own in the header',
      () => signed({ ...HS256, jwk: { kty: 'oct', k: 'eA' } }, claims(), hmac('sha256', 'x')),
    ],
    ['no signature', () => `${user.token.split('.').slice(0, 2).join('.')}.`],
    ['another payload', () => user.token.replace(/\.[^.]+\./, `.${encode(claims({ sub: 'usr_0' }))}.`)],
    ['expired', () => signed(HS256, claims({ exp: now() - 1 }), hmac('sha256', SECRET))],
    ['no expiry', () => signed(HS256, claims({ exp: undefined }), hmac('sha256', SECRET))],
    ['an expiry that is no number', () => signed(HS256, claims({ exp: 'never' }), hmac('sha256', SECRET))],
    ['not yet good', () => signed(HS256, claims({ nbf: now() + 600 }), hmac('sha256', SECRET))],
    ['another kind of token', () => signed(HS256, claims({ typ: 'refresh' }), hmac('sha256', SECRET))],
    ['no kind of token', () => signed(HS256, claims({ typ: undefined }), hmac('sha256', SECRET))],
    ['an operator for a subject', () => signed(HS256, claims({ sub: { $gt: '' } }), hmac('sha256', SECRET))],
    [
      'a user who does not exist',
      () => signed(HS256, claims({ sub: 'usr_00000000000000000000000000' }), hmac('sha256', SECRET)),
    ],
  ];

  it.each(FORGED)('is refused: %s', async (_, forge) => {
    const answer = await me(forge());
    expect(answer).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
    const sent = forge() !== undefined;
    expect(answer.headers.get('www-authenticate')).toBe(
      `Bearer realm="envelope-ledger"${sent ? ', error="invalid_token"' : ''}`,
    );
  });

  it('is refused outside the Authorization header', async () => {
    expect((await service.api('GET', `/users/me?access_token=${user.token}`)).status).toBe(401);
    expect((await me(undefined, { cookie: `token=${user.token}` })).status).toBe(401);
    expect((await me(undefined, { authorization: `Basic ${user.token}` })).status).toBe(401);
  });
});

describe('the household of a request', () => {
  it('is the personal one, unless X-Tenant-ID names another', async () => {
    const profile = await me(user.token);
    expect(profile).toMatchObject({
      status: 200,
      body: { id: user.id, household_id: user.household_id, currency: 'USD', time_zone: 'UTC' },
    });
    expect((await me(user.token, { 'x-tenant-id': user.household_id })).body).toEqual(profile.body);
  });

  it("that is another's does not exist, in the same words as one that is nobody's", async () => {
    const other = await service.signUp();
    const foreign = await me(user.token, { 'x-tenant-id': other.household_id });
    expect(foreign).toMatchObject({ status: 404, body: { code: 'not_found' } });
    for (const id of ['hh_00000000000000000000000000', 'hh_1', '', 'x'.repeat(500), '{"$gt":""}']) {
      const missing = await me(user.token, { 'x-tenant-id': id });
      expect({ status: missing.status, body: missing.body }).toEqual({ status: 404, body: foreign.body });
    }
  });

  it('claimed in a forged token of a real user is still checked', async () => {
    const other = await service.signUp();
    const token = signed(HS256, claims({ household_id: other.household_id }), hmac('sha256', SECRET));
    expect((await me(token)).status).toBe(404);
  });
});

describe('the logs', () => {
  it('hold no password, token, secret or query', async () => {
    const quiet = await startService({ env: { LOG_LEVEL: 'trace', JWT_SECRET_KEY: SECRET } });
    const someone = await quiet.signUp(uniqueName(), 'the password of the logs');
    await quiet.token(someone.username, 'the wrong password of the logs');
    await quiet.api('GET', '/users/me?secret=in-the-query', { token: someone.token });
    await quiet.api('POST', '/users/signup', {
      body: '{"password": "broken body of the logs',
      headers: { 'content-type': 'application/json' },
    });
    await quiet.api('GET', '/users/me', {
      headers: { authorization: 'Basic aW4tdGhlLWhlYWRlcg==', cookie: 'in=the-cookie' },
    });
    const { stdout, stderr } = await quiet.stop();
    const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
    const requests = lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ msg }) => msg === 'request');
    expect(
      requests.map(({ method, path, status }) => `${String(method)} ${String(path)} ${String(status)}`),
    ).toEqual([
      'POST /users/signup 201',
      'POST /token 200',
      'POST /token 401',
      'GET /users/me 400',
      'POST /users/signup 400',
      'GET /users/me 401',
    ]);
    for (const { request_id } of requests)
      expect(request_id).toEqual(expect.stringMatching(/^[0-9a-f-]{36}$/));
    for (const secret of [
      'of the logs',
      someone.token,
      SECRET,
      'in-the',
      'aW4tdGhl',
      'the-cookie',
      'argon2',
    ]) {
      expect(stdout + stderr).not.toContain(secret);
    }
  });
});
