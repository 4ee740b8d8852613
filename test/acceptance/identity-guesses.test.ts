import { startService, uniqueName, type SignedUp, type TestService } from '../kit/service.js';

let service: TestService;
let user: SignedUp;
beforeAll(async () => {
  service = await startService();
  user = await service.signUp();
});
afterAll(() => service.stop());

describe('wrong passwords', () => {
  it('end in 429 after ten for a name, even for the right one, and other names go on', async () => {
    const victim = await service.signUp();
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => service.token(victim.username, 'not the password')),
    );
    const count = (status: number) => answers.filter((answer) => answer.status === status).length;
    expect([count(401), count(429)]).toEqual([10, 20]);
    const right = await service.token(victim.username, victim.password);
    expect(right).toMatchObject({ status: 429, body: { code: 'too_many_requests' } });
    expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await service.token(user.username, user.password)).status).toBe(200);
  });

  it('are forgotten after a right one', async () => {
    const forgetful = await service.signUp();
    for (let round = 0; round < 2; round += 1) {
      for (let i = 0; i < 9; i += 1) await service.token(forgetful.username, 'not the password');
      expect((await service.token(forgetful.username, forgetful.password)).status).toBe(200);
    }
  });

  it('end in 429 for an address, whatever the names', async () => {
    const strict = await startService({ env: { LOGIN_FAILURES_PER_ADDRESS: '3' } });
    const someone = await strict.signUp();
    for (let i = 0; i < 3; i += 1) await strict.token(uniqueName('guess'), 'not the password');
    expect((await strict.token(uniqueName('guess'), 'not the password')).status).toBe(429);
    expect((await strict.token(someone.username, someone.password)).status).toBe(429);
    await strict.stop();
  });

  it('end in 429 for 1,000 guesses at a name, while its owner logs in from another address', async () => {
    const behind = await startService({
      env: { LOGIN_FAILURES_PER_ADDRESS: undefined, TRUST_PROXY: 'loopback' },
    });
    const owner = await behind.signUp();
    const from = (address: string, password: string, username = owner.username) =>
      behind.api('POST', '/token', {
        form: { grant_type: 'password', username, password },
        headers: { 'x-forwarded-for': address },
      });
    const counts = new Map<number, number>();
    const guess = async (number: number, username?: string) => {
      const { status } = await from('192.0.2.1', `guess number ${number}`, username);
      counts.set(status, (counts.get(status) ?? 0) + 1);
    };
    for (let round = 0; round < 50; round += 1) {
      await Promise.all(Array.from({ length: 20 }, (_, index) => guess(round * 20 + index)));
    }
    expect(Object.fromEntries(counts)).toEqual({ 401: 10, 429: 990 });
    expect((await from('192.0.2.1', owner.password)).status).toBe(429);
    expect((await from('198.51.100.7', owner.password)).status).toBe(200);
    // Other names, many at once: the address has 90 failures left.
    counts.clear();
    await Promise.all(Array.from({ length: 150 }, (_, index) => guess(index, uniqueName('other'))));
    expect(Object.fromEntries(counts)).toEqual({ 401: 90, 429: 60 });
    await behind.stop();
  });

  it('count for the address that a trusted proxy names', async () => {
    const behind = await startService({ env: { LOGIN_FAILURES_PER_ADDRESS: '1', TRUST_PROXY: 'loopback' } });
    const from = (address: string) =>
      behind.api('POST', '/token', {
        form: { grant_type: 'password', username: uniqueName('guess'), password: 'not the password' },
        headers: { 'x-forwarded-for': address },
      });
    const statuses: number[] = [];
    for (const address of [
      '192.0.2.1',
      '192.0.2.1',
      '192.0.2.2',
      '2001:db8::1',
      '2001:db8::2',
      '2001:db8:0:1::1',
    ]) {
      statuses.push((await from(address)).status);
    }
    expect(statuses).toEqual([401, 429, 401, 401, 429, 401]);
    await behind.stop();
  });
});
