import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { EmbeddedMongo } from 'embedded-mongo';

import { freePort } from '../../bench/service-process.js';
import { openAccount } from '../kit/ledger.js';
import { runService, startService } from '../kit/service.js';

const SECRET = 'of a container, which takes it from its environment';

describe('a service on engines that others started', () => {
  let folder: string;
  let engines: EmbeddedMongo[];
  const ports: number[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'el-engines-'));
    while (ports.length < 3) ports.push(await freePort());
    engines = await Promise.all(
      ports.map((port) => EmbeddedMongo.start({ dbPath: join(folder, String(port)), port })),
    );
  });
  afterAll(async () => {
    await Promise.all(engines.map((engine) => engine.stop()));
    await rm(folder, { recursive: true });
  });

  const hosts = (count: number) => ports.slice(0, count).map((port) => `127.0.0.1:${port}`);
  const settings = (database: string) => ({ DB_CONNECTION_STRING: database, JWT_SECRET_KEY: SECRET });

  it.each([
    ['', 2],
    ['?replicaSet=rs0', 3],
  ])('is refused when their addresses are put together as those of a set (%s)', async (options, count) => {
    const [first = '', ...others] = hosts(count);
    const uri = `mongodb://${hosts(count).join()}/envelope_ledger${options}`;
    const ended = await runService({ env: settings(uri) });
    expect(ended.code).toBe(1);
    expect(ended.stderr.trim().split('\n')).toHaveLength(1);
    expect(ended.stderr).toMatch(/^Envelope Ledger cannot start: DB_CONNECTION_STRING is no replica set: /);
    const named = [first, ...others].filter((host) => ended.stderr.includes(host));
    expect(named).toHaveLength(count);
    expect(ended.stderr).toMatch(/not of the set "rs0" that 127\.0\.0\.1:\d+ belongs to/);
  });

  it('starts on one of them, and on one beside an address where nobody answers', async () => {
    const nobody = `127.0.0.1:${await freePort()}`;
    const uri = `mongodb://${hosts(1).join()},${nobody}/envelope_ledger?replicaSet=rs0`;
    const service = await startService({ dataDir: folder, env: settings(uri) });
    const owner = await service.signUp();
    const account = await openAccount(service, owner, { name: 'Household', opening_balance: 20 });
    expect(await account.balances()).toEqual({ Available: 20, balance: 20 });
    expect(service.stdout).toContain('database: MongoDB 8.0');
    await service.stop();
  });

  it('signs tokens as its environment says', async () => {
    const uri = `mongodb://${hosts(1).join()}/envelope_ledger`;
    const env = { ...settings(uri), JWT_ALGORITHM: 'HS512', JWT_EXPIRES: '5' };
    const service = await startService({ dataDir: folder, env });
    const { token } = await service.signUp();
    await service.stop();
    const [header = '', claims = '', signature] = token.split('.');
    const read = (part: string) =>
      JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, number>;
    expect(read(header)).toMatchObject({ alg: 'HS512' });
    const { exp = 0, iat = 0 } = read(claims);
    expect(exp - iat).toBe(5 * 60);
    expect(createHmac('sha512', SECRET).update(`${header}.${claims}`).digest('base64url')).toBe(signature);
  });
});
