import { MongoClient } from 'mongodb';

import { startService, type Answer, type SignedUp, type TestService } from '../kit/service.js';

let service: TestService;
let user: SignedUp;
beforeAll(async () => {
  service = await startService();
  user = await service.signUp();
});
afterAll(() => service.stop());

interface Pair {
  readonly access_token: string;
  readonly refresh_token: string;
}

const logIn = async (who = user, from = service): Promise<Pair> => {
  const answer = await from.token(who.username, who.password);
  expect(answer.status).toBe(200);
  return answer.body as unknown as Pair;
};
const refresh = (refresh_token: unknown, from = service) =>
  from.api<Pair & Record<string, unknown>>('POST', '/token/refresh', { body: { refresh_token } });
const revoke = (refresh_token: unknown) => service.api('POST', '/token/revoke', { body: { refresh_token } });
const statusWith = async (token: string) => (await service.api('GET', '/users/me', { token })).status;

function expectRefused(answer: Answer): void {
  expect(answer).toMatchObject({ status: 401, body: { code: 'invalid_grant', error: 'invalid_grant' } });
}

describe('POST /token/refresh', () => {
  it('answers with a new pair, as a log-in does', async () => {
    const first = await logIn();
    const answer = await refresh(first.refresh_token);
    expect(answer).toMatchObject({ status: 200, body: { token_type: 'bearer', expires_in: 1_800 } });
    expect(Object.keys(answer.body).sort()).toEqual([
      'access_token',
      'expires_in',
      'refresh_token',
      'token_type',
    ]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.body.refresh_token).not.toBe(first.refresh_token);
    expect(await statusWith(answer.body.access_token)).toBe(200);
  });

  it('goes on and on, each token good once', async () => {
    let pair = await logIn();
    const seen = new Set([pair.refresh_token]);
    for (let turn = 0; turn < 5; turn += 1) {
      pair = (await refresh(pair.refresh_token)).body;
      seen.add(pair.refresh_token);
    }
    expect(seen.size).toBe(6);
  });

  it('with an old token ends the log-in: its newest token is no longer good, other log-ins go on', async () => {
    const other = await logIn();
    const first = await logIn();
    const second = (await refresh(first.refresh_token)).body;
    const third = (await refresh(second.refresh_token)).body;
    const again = await refresh(first.refresh_token);
    expectRefused(again);
    expect(again.headers.get('www-authenticate')).toMatch(/^Bearer /);
    expectRefused(await refresh(third.refresh_token));
    expect((await refresh(other.refresh_token)).status).toBe(200);
  });

  it('twice at the same time gives at most one pair, and ends the log-in', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { refresh_token } = await logIn();
      const answers = await Promise.all(Array.from({ length: 8 }, () => refresh(refresh_token)));
      const good = answers.filter(({ status }) => status === 200);
      expect(good).toHaveLength(1);
      for (const answer of answers) if (answer.status !== 200) expectRefused(answer);
      expectRefused(await refresh(good[0]?.body.refresh_token));
    }
  });

  it.each([
    ['an access token', () => user.token],
    ['nothing like a token', () => 'abc'],
    ['an operator in a string', () => '{"$gt":""}'],
    ['an unknown session', () => `rt_${'a'.repeat(22)}.${'b'.repeat(43)}`],
    ['something longer', () => `rt_${'a'.repeat(22)}.${'b'.repeat(44)}`],
  ])('refuses %s in the same words', async (_, token) => {
    const answer = await refresh(token());
    expectRefused(answer);
    const unknown = await refresh(`rt_${'c'.repeat(22)}.${'d'.repeat(43)}`);
    expect(answer.body).toEqual(unknown.body);
  });

  it.each([[{}], [{ refresh_token: null }], [{ refresh_token: 7 }], [{ refresh_token: { $gt: '' } }]])(
    'refuses %j as invalid',
    async (body) => {
      const answer = await service.api('POST', '/token/refresh', { body });
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'refresh_token' }] } });
    },
  );

  it('is refused with the secret of another log-in, and that one goes on', async () => {
    const [mine, other] = [await logIn(), await logIn(await service.signUp())];
    const mixed = `${mine.refresh_token.split('.')[0] ?? ''}.${other.refresh_token.split('.')[1] ?? ''}`;
    expectRefused(await refresh(mixed));
    expect((await refresh(other.refresh_token)).status).toBe(200);
  });

  it('keeps no token that could be used, and lets sessions end by themselves', async () => {
    const { refresh_token } = await logIn();
    const client = await MongoClient.connect(service.database);
    const sessions = client.db().collection('sessions');
    const stored = JSON.stringify(await sessions.find().toArray());
    expect(stored).not.toContain(refresh_token.split('.')[1]);
    expect(await sessions.indexes()).toContainEqual(
      expect.objectContaining({ key: { expires_at: 1 }, expireAfterSeconds: 0 }),
    );
    const [session_id] = refresh_token.slice(3).split('.');
    const aged = await sessions.updateOne(
      { $expr: { $eq: ['$_id', session_id] } },
      { $set: { expires_at: new Date(Date.now() - 1) } },
    );
    expect(aged.matchedCount).toBe(1);
    await client.close();
    expectRefused(await refresh(refresh_token));
  });

  it('gives a session as long as the setting says, anew with each refresh', async () => {
    const short = await startService({ env: { REFRESH_EXPIRES: '2' } });
    const someone = await short.signUp();
    const daysLeft = async () => {
      const client = await MongoClient.connect(short.database);
      const [session] = await client.db().collection('sessions').find().sort({ created_at: -1 }).toArray();
      await client.close();
      return (Number(session?.expires_at) - Date.now()) / 86_400_000;
    };
    const { refresh_token } = await logIn(someone, short);
    const before = await daysLeft();
    expect(Math.round(before * 100)).toBe(200);
    expect((await refresh(refresh_token, short)).status).toBe(200);
    expect(await daysLeft()).toBeGreaterThan(1.99);
    await short.stop();
  });
});

describe('POST /token/revoke', () => {
  it('ends a log-in, by its newest token or an old one', async () => {
    const first = await logIn();
    const second = (await refresh(first.refresh_token)).body;
    expect(await revoke(first.refresh_token)).toMatchObject({ status: 204, body: '' });
    expectRefused(await refresh(second.refresh_token));
    const another = await logIn();
    expect((await revoke(another.refresh_token)).status).toBe(204);
    expectRefused(await refresh(another.refresh_token));
  });

  it('answers the same for a token that is unknown', async () => {
    for (const token of ['abc', user.token, `rt_${'a'.repeat(22)}.${'b'.repeat(43)}`]) {
      expect(await revoke(token)).toMatchObject({ status: 204, body: '' });
    }
    expect((await revoke(undefined)).status).toBe(400);
  });

  it('leaves access tokens alone until they expire', async () => {
    const pair = await logIn();
    await revoke(pair.refresh_token);
    expect(await statusWith(pair.access_token)).toBe(200);
  });
});
