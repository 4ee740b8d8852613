import { startService, uniqueName, type TestService } from '../kit/service.js';

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const PASSWORD = 'long enough';
const body = (change: Record<string, unknown> = {}) => {
  const username = uniqueName();
  return { username, email: `${username}@example.org`, password: PASSWORD, ...change };
};
const signUp = (sent: unknown) => service.api('POST', '/users/signup', { body: sent });
const errorsOf = (answer: { body: Record<string, unknown> }) => answer.body.errors;

describe('sign-up', () => {
  it('answers with the user, and a household of their own', async () => {
    const sent = body({ full_name: '  Ada Lovelace ' });
    const answer = await signUp(sent);
    expect(answer).toMatchObject({
      status: 201,
      body: {
        id: expect.stringMatching(/^usr_[0-9a-z]{26}$/),
        username: sent.username,
        email: sent.email,
        full_name: 'Ada Lovelace',
        household_id: expect.stringMatching(/^hh_[0-9a-z]{26}$/),
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      },
    });
    expect(Object.keys(answer.body)).toHaveLength(6);
  });

  it('takes names of any script', async () => {
    for (const username of ['Ådå.Ø', 'жанна_1', 'नमस्ते', '山田太郎', 'a-b']) {
      expect((await signUp(body({ username }))).status).toBe(201);
    }
  });

  it.each([
    ['upper case', (name: string) => name.toUpperCase()],
    ['full-width letters', (name: string) => name.replace('u', 'ｕ')],
    ['blanks around it', (name: string) => `  ${name} `],
  ])('knows a taken name in another form: %s', async (_, change) => {
    const first = body();
    expect((await signUp(first)).status).toBe(201);
    const again = await signUp(body({ username: change(first.username) }));
    expect(again).toMatchObject({ status: 409, body: { code: 'username_taken' } });
    const sameEmail = await signUp(body({ email: change(first.email).trim() }));
    expect(sameEmail).toMatchObject({ status: 409, body: { code: 'email_taken' } });
  });

  it('folds case as Unicode does', async () => {
    const name = uniqueName('straße');
    expect((await signUp(body({ username: name, email: 'strasse@example.org' }))).status).toBe(201);
    const again = await signUp(body({ username: name.replace('ß', 'SS') }));
    expect(again.body.code).toBe('username_taken');
  });

  it('of one name twenty times at once makes one user', async () => {
    const username = uniqueName('crowd');
    const answers = await Promise.all(Array.from({ length: 20 }, () => signUp(body({ username }))));
    const statuses = answers.map(({ status, body: { code } }) => [status, code]);
    expect(statuses.filter(([status]) => status === 201)).toHaveLength(1);
    expect(statuses.filter(([, code]) => code === 'username_taken')).toHaveLength(19);
  });

  /** What is changed in a good sign-up, and the field that the answer must name. */
  const WRONG: readonly [Record<string, unknown>, string][] = [
    [{ username: undefined }, 'username'],
    [{ username: null }, 'username'],
    [{ username: 7 }, 'username'],
    [{ username: { $gt: '' } }, 'username'],
    [{ username: ['ada'] }, 'username'],
    [{ username: 'ab' }, 'username'],
    [{ username: 'a'.repeat(65) }, 'username'],
    [{ username: 'two words' }, 'username'],
    [{ username: 'ada@home' }, 'username'],
    [{ username: 'ada\u0000' }, 'username'],
    [{ username: '\ud800abc' }, 'username'],
    [{ username: 'a\u200bb' }, 'username'],
    [{ email: undefined }, 'email'],
    [{ email: 'ada' }, 'email'],
    [{ email: 'ada@' }, 'email'],
    [{ email: 'a b@example.org' }, 'email'],
    [{ email: `${'a'.repeat(250)}@example.org` }, 'email'],
    [{ email: { $ne: null } }, 'email'],
    [{ password: undefined }, 'password'],
    [{ password: 'too short' }, 'password'],
    [{ password: 'x'.repeat(1_025) }, 'password'],
    [{ password: 1234567890 }, 'password'],
    [{ password: 'broken \ud800 character' }, 'password'],
    [{ full_name: '' }, 'full_name'],
    [{ full_name: ' \u200b ' }, 'full_name'],
    [{ full_name: 'a'.repeat(101) }, 'full_name'],
    [{ full_name: 'a\nb' }, 'full_name'],
    [{ full_name: 7 }, 'full_name'],
    [{ role: 'owner' }, 'role'],
    [{ household_id: 'hh_1' }, 'household_id'],
    [{ $where: '1' }, '$where'],
  ];

  it.each(WRONG)('refuses %j', async (change, field) => {
    const answer = await signUp(body(change));
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(errorsOf(answer)).toEqual([{ field, message: expect.any(String) }]);
  });

  it('names every wrong field at once, none of them with its value', async () => {
    const answer = await signUp({ username: 'x', email: 'secret-address', password: 'secret' });
    expect(answer.body.errors).toMatchObject([
      { field: 'username' },
      { field: 'email' },
      { field: 'password' },
    ]);
    expect(JSON.stringify(answer.body)).not.toContain('secret');
  });

  it('takes passwords at both limits, of any characters', async () => {
    for (const password of ['0123456789', 'x'.repeat(1_024), 'пароль со словами', '🔑'.repeat(10)]) {
      const sent = body({ password });
      expect((await signUp(sent)).status).toBe(201);
      expect((await service.token(sent.username, password)).status).toBe(200);
    }
  });
});

describe('GET /users/exists/:username', () => {
  const exists = (name: string) => service.api('GET', `/users/exists/${encodeURIComponent(name)}`);

  it('tells taken names from free ones, in any form', async () => {
    const { username } = await service.signUp();
    expect((await exists(username)).body).toEqual({ exists: true });
    expect((await exists(username.toUpperCase())).body).toEqual({ exists: true });
    expect((await exists(uniqueName('free'))).body).toEqual({ exists: false });
    expect((await exists('{"$gt":""}')).body).toEqual({ exists: false });
    expect((await exists('я'.repeat(64))).body).toEqual({ exists: false });
  });
});

describe('attempts from one address', () => {
  it('are counted, and then answered 429 with the seconds to wait', async () => {
    const strict = await startService({ env: { SIGN_UPS_PER_ADDRESS: '2', NAME_LOOKUPS_PER_ADDRESS: '3' } });
    const statuses: number[] = [];
    for (let i = 0; i < 3; i += 1) {
      statuses.push((await strict.api('POST', '/users/signup', { body: body() })).status);
    }
    expect(statuses).toEqual([201, 201, 429]);
    for (let i = 0; i < 3; i += 1) await strict.api('GET', '/users/exists/ada');
    const fourth = await strict.api('GET', '/users/exists/ada');
    expect(fourth).toMatchObject({ status: 429, body: { code: 'too_many_requests' } });
    const seconds = Number(fourth.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(3_600);
    await strict.stop();
  });
});
