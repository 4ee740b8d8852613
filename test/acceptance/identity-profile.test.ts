import { openAccount } from '../kit/ledger.js';
import { startService, uniqueName, type SignedUp, type TestService } from '../kit/service.js';

let service: TestService;
let user: SignedUp;
beforeAll(async () => {
  service = await startService();
  user = await service.signUp();
});
afterAll(() => service.stop());

const me = (who = user) => service.api('GET', '/users/me', { token: who.token });
const change = (body: unknown, who = user, headers: Record<string, string> = {}) =>
  service.api('PATCH', '/users/me', { token: who.token, body, headers });

describe('PATCH /users/me', () => {
  it('changes what is given, leaves the rest, and counts versions', async () => {
    const someone = await service.signUp();
    const before = (await me(someone)).body;
    expect(before).toMatchObject({ full_name: null, currency: 'USD', time_zone: 'UTC', version: 1 });
    const email = `${uniqueName('new')}@example.org`;
    const changed = await change({ full_name: ' Ada King ', email }, someone);
    expect(changed).toMatchObject({
      status: 200,
      body: { ...before, full_name: 'Ada King', email, version: 2 },
    });
    expect(changed.headers.get('etag')).toBe('"2"');
    const zone = await change({ currency: 'JPY', time_zone: 'Asia/Tokyo' }, someone);
    expect(zone.body).toEqual({ ...changed.body, currency: 'JPY', time_zone: 'Asia/Tokyo', version: 3 });
    expect((await me(someone)).body).toEqual(zone.body);
    expect((await change({ full_name: null }, someone)).body).toMatchObject({ full_name: null, version: 4 });
  });

  it('makes no new version when nothing changes', async () => {
    const someone = await service.signUp();
    const before = (await me(someone)).body;
    const { email, currency } = before;
    expect((await change({}, someone)).body).toEqual(before);
    expect((await change({ email, currency, full_name: null }, someone)).body).toEqual(before);
  });

  it.each([
    [{ full_name: '' }, 'full_name'],
    [{ full_name: 'a\u0000b' }, 'full_name'],
    [{ full_name: 7 }, 'full_name'],
    [{ email: null }, 'email'],
    [{ email: 'nobody' }, 'email'],
    [{ currency: null }, 'currency'],
    [{ currency: 'usd' }, 'currency'],
    [{ currency: 'XXX1' }, 'currency'],
    [{ time_zone: null }, 'time_zone'],
    [{ time_zone: '' }, 'time_zone'],
    [{ time_zone: 'Mars/Olympus' }, 'time_zone'],
    [{ time_zone: '+02:00' }, 'time_zone'],
    [{ time_zone: '../UTC' }, 'time_zone'],
    [{ time_zone: ['UTC'] }, 'time_zone'],
    [{ username: 'another' }, 'username'],
    [{ password: 'something else' }, 'password'],
    [{ household_id: 'hh_0' }, 'household_id'],
  ])('refuses %j', async (body, field) => {
    const answer = await change(body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request', errors: [{ field }] } });
    expect(answer.body.errors).toHaveLength(1);
  });

  it("refuses another user's e-mail address in any case, and takes one's own", async () => {
    const other = await service.signUp();
    const taken = String((await me(other)).body.email);
    const answer = await change({ email: taken.toUpperCase(), currency: 'EUR' });
    expect(answer).toMatchObject({ status: 409, body: { code: 'email_taken' } });
    expect((await me()).body).toMatchObject({ currency: 'USD', version: 1 });
    const mine = await change({ email: taken.toUpperCase() }, other);
    expect(mine).toMatchObject({ status: 200, body: { email: taken.toUpperCase() } });
  });

  it('answers a change that comes again under its key as the first time, and makes it once', async () => {
    const someone = await service.signUp();
    const key = { 'idempotency-key': uniqueName('key') };
    const first = await change({ full_name: 'Ada' }, someone, { ...key, 'if-match': '"1"' });
    expect([first.status, first.headers.get('idempotency-hit')]).toEqual([200, null]);
    const refused = await change({ full_name: 'Bea' }, someone, { 'if-match': '"1"' });
    expect([refused.status, (await change({ full_name: 'Eve' }, someone)).body['version']]).toEqual([412, 3]);
    const again = await change({ full_name: 'Ada' }, someone, { ...key, 'if-match': '"1"' });
    expect(again).toMatchObject({ status: 200, body: first.body });
    expect([again.headers.get('idempotency-hit'), again.headers.get('etag')]).toEqual(['true', '"2"']);
    expect((await me(someone)).body).toMatchObject({ full_name: 'Eve', version: 3 });
    const other = await change({ full_name: 'Ada King' }, someone, key);
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
  });

  it('keeps nothing of a change that is refused, and makes one that is sent many times at once only once', async () => {
    const someone = await service.signUp();
    const { email } = (await me()).body;
    const key = { 'idempotency-key': uniqueName('key') };
    expect((await change({ email }, someone, key)).status).toBe(409);
    const asked = Array.from({ length: 20 }, () => change({ full_name: 'Ada' }, someone, key));
    const answers = await Promise.all(asked);
    for (const { status, body } of answers) {
      expect([200, 409]).toContain(status);
      expect(status === 200 ? body['version'] : body['code']).toBe(
        status === 200 ? 2 : 'idempotency_in_flight',
      );
    }
    expect(answers.some(({ status }) => status === 200)).toBe(true);
    expect((await me(someone)).body).toMatchObject({ full_name: 'Ada', version: 2 });
  });

  it('gives one address that two want at once to one of them', async () => {
    const email = `${uniqueName('both')}@example.org`;
    const both = await Promise.all([service.signUp(), service.signUp()]);
    const answers = await Promise.all(both.map((each) => change({ email }, each)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it('is made only on the version that If-Match names', async () => {
    const someone = await service.signUp();
    const stale = await change({ full_name: 'A' }, someone, { 'if-match': '"7"' });
    expect(stale).toMatchObject({ status: 412, body: { code: 'version_conflict', version: 1 } });
    expect((await change({ full_name: 'A' }, someone, { 'if-match': '"1"' })).status).toBe(200);
    expect((await change({ full_name: 'B' }, someone, { 'if-match': '"1"' })).status).toBe(412);
    expect((await change({ full_name: 'B' }, someone, { 'if-match': '*' })).status).toBe(200);
  });

  it('decides at once what new accounts are kept in, and what day today is', async () => {
    const someone = await service.signUp();
    await openAccount(service, someone, { name: 'Before' });
    for (const [currency, time_zone] of [
      ['EUR', 'Pacific/Kiritimati'],
      ['CHF', 'Pacific/Pago_Pago'],
    ] as const) {
      await change({ currency, time_zone }, someone);
      const today = () => new Intl.DateTimeFormat('en-CA', { timeZone: time_zone }).format(new Date());
      const before = today();
      const opened = await openAccount(service, someone, { name: `In ${currency}` });
      const { opened_on, ...account } = await opened.get();
      expect(account).toMatchObject({ currency });
      // Two days where midnight has passed there.
      expect([before, today()]).toContain(opened_on);
    }
  });
});

describe('POST /users/me/password', () => {
  const NEW = 'another long password';
  const post = (who: { token: string }, current_password: unknown, new_password: unknown = NEW) =>
    service.api('POST', '/users/me/password', {
      token: who.token,
      body: { current_password, new_password },
    });
  const refresh = (refresh_token: unknown) =>
    service.api('POST', '/token/refresh', { body: { refresh_token } });

  it('changes the password and ends every other log-in', async () => {
    const someone = await service.signUp();
    const [mine, other] = [
      await service.token(someone.username, someone.password),
      await service.token(someone.username, someone.password),
    ];
    const token = String(mine.body.access_token);
    expect(await post({ token }, someone.password)).toMatchObject({ status: 204, body: '' });
    expect((await service.token(someone.username, someone.password)).status).toBe(401);
    expect((await service.token(someone.username, NEW)).status).toBe(200);
    expect((await refresh(other.body.refresh_token)).status).toBe(401);
    const next = await refresh(mine.body.refresh_token);
    expect(next.status).toBe(200);
    expect((await refresh(next.body.refresh_token)).status).toBe(200);
  });

  it('is refused with a wrong password, and then changes nothing', async () => {
    const someone = await service.signUp();
    const answer = await post(someone, 'not the password');
    expect(answer).toMatchObject({ status: 403, body: { code: 'wrong_password' } });
    expect(answer.headers.get('www-authenticate')).toBeNull();
    expect((await service.token(someone.username, someone.password)).status).toBe(200);
  });

  it('counts wrong ones as a log-in does, both together', async () => {
    const victim = await service.signUp();
    for (let i = 0; i < 5; i += 1) await service.token(victim.username, 'not the password');
    const statuses: number[] = [];
    for (let i = 0; i < 7; i += 1) statuses.push((await post(victim, 'not the password')).status);
    expect(statuses).toEqual([403, 403, 403, 403, 403, 429, 429]);
    const right = await post(victim, victim.password);
    expect(right).toMatchObject({ status: 429, body: { code: 'too_many_requests' } });
    expect((await service.token(victim.username, victim.password)).status).toBe(429);
  });

  it.each([
    ['current_password', undefined, NEW],
    ['current_password', 7, NEW],
    ['current_password', '', NEW],
    ['new_password', 'correct horse battery', undefined],
    ['new_password', 'correct horse battery', 'too short'],
    ['new_password', 'correct horse battery', { $gt: '' }],
  ])('refuses a wrong %s: %j, %j', async (field, current, next) => {
    const body = { current_password: current, new_password: next };
    const answer = await service.api('POST', '/users/me/password', { token: user.token, body });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field }] } });
    expect(JSON.stringify(answer.body)).not.toContain('correct horse');
  });

  it('at once from two sides changes it once', async () => {
    const someone = await service.signUp();
    const wanted = ['the first new password', 'the second new password'];
    const answers = await Promise.all(wanted.map((next) => post(someone, someone.password, next)));
    const statuses = answers.map(({ status }) => status);
    expect([...statuses].sort()).toEqual([204, 403]);
    const good = await Promise.all(wanted.map((next) => service.token(someone.username, next)));
    expect(good.map(({ status }) => status)).toEqual(statuses.map((status) => (status === 204 ? 200 : 401)));
  });

  it('lets no log-in go on that the old password began while it was changed', async () => {
    const someone = await service.signUp();
    const begun = Promise.all(
      Array.from({ length: 6 }, () => service.token(someone.username, someone.password)),
    );
    const changed = await post(someone, someone.password);
    expect(changed.status).toBe(204);
    for (const { status, body } of await begun) {
      if (status === 200) expect((await refresh(body.refresh_token)).status).toBe(401);
    }
  });
});
