import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeMongod } from '../kit/fake-mongod.js';
import { runService } from '../kit/service.js';

const SECRET = 'a secret that is certainly long enough for this';
const NOWHERE = 'mongodb://127.0.0.1:1/?directConnection=true';

/** Settings, and what the one line that refuses them must say. */
const REFUSED: readonly [Record<string, string>, RegExp][] = [
  [{ PORT: 'http' }, /PORT must be a whole number from 0 to 65535, not "http"/],
  [{ PORT: '65536' }, /PORT must be/],
  [{ PORT: '-1' }, /PORT must be/],
  [{ PORT: '80.5' }, /PORT must be/],
  [{ PORT: '1e3' }, /PORT must be/],
  [{ HOST: 'no-such-host.invalid' }, /HOST no-such-host\.invalid is not known/],
  [{ HOST: '192.0.2.1' }, /HOST 192\.0\.2\.1 is not an address of this machine/],
  [
    { DB_CONNECTION_STRING: 'postgres://db', JWT_SECRET_KEY: SECRET },
    /DB_CONNECTION_STRING must begin with mongodb/,
  ],
  [
    { DB_CONNECTION_STRING: 'mongodb://a:b:c', JWT_SECRET_KEY: SECRET },
    /DB_CONNECTION_STRING is not a connection/,
  ],
  [
    { DB_CONNECTION_STRING: `${NOWHERE}&readPreference=secondary`, JWT_SECRET_KEY: SECRET },
    /DB_CONNECTION_STRING must read from the primary/,
  ],
  [
    { DB_CONNECTION_STRING: `${NOWHERE}&serverSelectionTimeoutMS=200`, JWT_SECRET_KEY: SECRET },
    /DB_CONNECTION_STRING leads to no database that answers/,
  ],
  [{ DB_CONNECTION_STRING: NOWHERE }, /JWT_SECRET_KEY is required with DB_CONNECTION_STRING/],
  [{ JWT_SECRET_KEY: 'x'.repeat(31) }, /JWT_SECRET_KEY must have at least 32 bytes, not 31/],
  [{ JWT_ALGORITHM: 'none' }, /JWT_ALGORITHM must be one of HS256, HS384, HS512/],
  [{ JWT_ALGORITHM: 'RS256' }, /JWT_ALGORITHM must be one of/],
  [{ JWT_EXPIRES: '0' }, /JWT_EXPIRES must be/],
  [{ JWT_EXPIRES: '30m' }, /JWT_EXPIRES must be/],
  [{ LOG_LEVEL: 'loud' }, /LOG_LEVEL must be one of/],
  [{ CORS_ORIGINS: 'example.org' }, /CORS_ORIGINS must be/],
  [{ CORS_ORIGINS: 'https://example.org/path' }, /CORS_ORIGINS must be/],
  [{ TRUST_PROXY: 'maybe' }, /TRUST_PROXY must be/],
  [{ TRUST_PROXY: '10.0.0.0/33' }, /TRUST_PROXY must be/],
  [{ PAGE_SIZE_MAX: '1001' }, /PAGE_SIZE_MAX must be/],
  [{ PAGE_SIZE_DEFAULT: '201' }, /PAGE_SIZE_DEFAULT must be a whole number from 1 to 200/],
  [{ METRICS: 'all' }, /METRICS must be one of loopback, open, off/],
  [{ REFRESH_EXPIRES: '0' }, /REFRESH_EXPIRES must be/],
  [{ DOCS: 'perhaps' }, /DOCS must be on or off, not "perhaps"/],
  [{ SIGN_UPS_PER_ADDRESS: '0' }, /SIGN_UPS_PER_ADDRESS must be/],
];

describe('a wrong setting', () => {
  it.each(REFUSED)('%j stops the start with one line that names it', async (env, said) => {
    const ended = await runService({ env });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(said);
    expect(ended.stderr.trim().split('\n')).toHaveLength(1);
    expect(ended.stderr).toMatch(/^Envelope Ledger cannot start: /);
    expect(ended.stderr).not.toContain(SECRET);
  });

  it('in a .env file counts too, and the environment comes first', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'ledger-env-'));
    await writeFile(join(cwd, '.env'), 'PORT=from-the-file\nDOCS=perhaps\n');
    const fromFile = await runService({ cwd, env: { PORT: undefined } });
    expect(fromFile.stderr).toContain('PORT must be a whole number from 0 to 65535, not "from-the-file"');
    const overruled = await runService({ cwd, env: { PORT: '0' } });
    expect(overruled.stderr).toContain('DOCS must be on or off, not "perhaps"');
    await rm(cwd, { recursive: true });
  });

  it('leaves nothing behind in the data folder', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'ledger-'));
    await runService({ dataDir: join(parent, 'data'), env: { DOCS: 'perhaps' } });
    expect(await readdir(parent)).toEqual([]);
    await rm(parent, { recursive: true });
  });
});

describe('an external database that cannot carry the ledger', () => {
  const refusedBy = async (options: Parameters<typeof FakeMongod.start>[0]) => {
    const fake = await FakeMongod.start(options);
    const uri = `mongodb://somebody:hunter2@127.0.0.1:${fake.port}/?directConnection=true&authMechanism=PLAIN`;
    const ended = await runService({ env: { DB_CONNECTION_STRING: uri, JWT_SECRET_KEY: SECRET } });
    await fake.stop();
    expect(ended.code).toBe(1);
    expect(ended.stdout + ended.stderr).not.toContain('hunter2');
    return { ended, asked: fake.asked };
  };

  it('is refused with the reason when it is a standalone server', async () => {
    const { ended } = await refusedBy({ version: '8.0.4' });
    expect(ended.stderr).toMatch(
      /standalone MongoDB server, which has no transactions; start it as a replica set/,
    );
  });

  it('is refused when it is older than 8.0', async () => {
    const { ended } = await refusedBy({ version: '7.0.14', hello: { setName: 'rs0' } });
    expect(ended.stderr).toMatch(/leads to MongoDB 7\.0\.14; 8\.0 or newer is needed/);
  });

  it('is asked for nothing else', async () => {
    const { asked } = await refusedBy({ version: '8.0.4' });
    const looks = new Set(asked.map((name) => name.toLowerCase()));
    expect([...looks].sort()).toEqual(
      ['buildinfo', 'endsessions', 'hello', 'ismaster', 'saslstart'].filter((name) => looks.has(name)),
    );
  });
});

describe('a port that is in use', () => {
  it('is named in one line', async () => {
    const other = await listen();
    const port = String((other.address() as { port: number }).port);
    const ended = await runService({ env: { PORT: port } });
    other.close();
    expect(ended.code).toBe(1);
    expect(ended.stderr).toBe(
      `Envelope Ledger cannot start: PORT ${port} on 127.0.0.1 is in use by another program\n`,
    );
  });
});

describe('the secret that signs tokens', () => {
  it('is made once, for this user only, and kept', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'ledger-'));
    const other = await listen();
    const env = { PORT: String((other.address() as { port: number }).port) };
    await runService({ dataDir, env });
    const first = await stat(join(dataDir, 'jwt-secret'));
    expect(first.mode & 0o777).toBe(0o600);
    await runService({ dataDir, env });
    const second = await stat(join(dataDir, 'jwt-secret'));
    other.close();
    expect(second.ino).toBe(first.ino);
    expect(second.mtimeMs).toBe(first.mtimeMs);
    await rm(dataDir, { recursive: true });
  });
});

function listen(): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}
