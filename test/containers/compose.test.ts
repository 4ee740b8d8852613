import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { hasTool } from '../../packages/embedded-mongo/test/debian-tools.js';

const DATABASE = 'containers/mongo/docker-compose.yml';
const SERVICE = 'containers/docker-compose.yml';
const FILES = [DATABASE, SERVICE];
const SECRETS = {
  MONGO_ROOT_PASSWORD: 'the root password',
  MONGO_LEDGER_PASSWORD: 'the password of the service',
  DB_CONNECTION_STRING: 'mongodb://mongo1/',
  JWT_SECRET_KEY: 'the key',
};

const text = (path: string): string => readFileSync(path, 'utf8');

/** Every distinct match of a pattern's first group. */
const named = (path: string, pattern: RegExp): string[] => [
  ...new Set([...text(path).matchAll(pattern)].map((match) => match[1] ?? '')),
];

/** The schema of the compose specification, as dclint has it, and its rules of style. */
const lint = (...paths: string[]) =>
  spawnSync('npm', ['run', '--silent', 'lint:compose', '--', ...paths], { encoding: 'utf8' });

describe('the compose files', () => {
  it('are what the specification says', () => {
    const { status, stdout } = lint();
    expect([status, stdout.trim()]).toEqual([0, '']);
  });

  it('would be refused if they were not', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'compose-'));
    const wrong = text(SERVICE).replace('restart: unless-stopped', 'restarts: unless-stopped');
    await writeFile(join(folder, 'docker-compose.yml'), wrong);
    const { status, stdout } = lint(folder);
    await rm(folder, { recursive: true });
    expect([status, stdout]).toEqual([
      1,
      expect.stringMatching(/services\/ledger.* must NOT have additional properties/),
    ]);
  });

  it.each(FILES)('%s is taken by docker compose, with the secrets in their places', (path) => {
    const config = composed(path, SECRETS);
    if (config === undefined) return;
    expect(config.status).toBe(0);
    for (const name of named(path, /\$\{(\w+):\?/g)) {
      expect(config.stdout).toContain(SECRETS[name as keyof typeof SECRETS]);
    }
  });

  it.each(FILES)('%s is refused without the secrets, and says what makes them', (path) => {
    const config = composed(path, {});
    if (config === undefined) return;
    expect(config.status).not.toBe(0);
    expect(config.stderr).toMatch(/system-up\.sh makes it/);
  });

  it('publish the members on the ports that they listen on, on this machine alone, each with data of its own', () => {
    const ports = ['27017', '27018', '27019'];
    expect(named(DATABASE, /--port=(\d+)/g)).toEqual(ports);
    expect(named(DATABASE, /'(127\.0\.0\.1:\S+)'/g)).toEqual(
      ports.map((port) => `127.0.0.1:${port}:${port}`),
    );
    expect(named(DATABASE, /- (mongo\d-data):\/data\/db/g)).toEqual([
      'mongo1-data',
      'mongo2-data',
      'mongo3-data',
    ]);
    expect(text(DATABASE).match(/\/data\/db$/gm)).toHaveLength(4);
  });

  it('give the root user to the first member alone', () => {
    const [first = '', ...others] =
      text(DATABASE)
        .split(/^services:$/m)[1]
        ?.split(/^ {2}(?=\w+:$)/m)
        .slice(1) ?? [];
    expect(first).toMatch(/^mongo1:[^]*MONGO_INITDB_ROOT_PASSWORD[^]*MONGO_INITDB_ROOT_USERNAME/);
    for (const other of others) expect(other).not.toContain('MONGO_INITDB');
  });
});

/**
 * What docker compose makes of a file; undefined, with a line that says so, where there is none. Debian 12 has one that
 * is older than a project's name in the file.
 */
function composed(path: string, secrets: Readonly<Record<string, string>>) {
  const env = { PATH: process.env['PATH'] ?? '', ...secrets };
  const input = text(path);
  const options = { env, encoding: 'utf8', cwd: join(path, '..') } as const;
  if (spawnSync('docker', ['compose', 'version']).status === 0) {
    return spawnSync('docker', ['compose', '--file', '-', 'config'], { ...options, input });
  }
  if (!hasTool('docker-compose', `${path} with docker compose config`)) return undefined;
  const isOld = /version 1\./.test(execFileSync('docker-compose', ['--version'], { encoding: 'utf8' }));
  const known = isOld ? input.replace(/^name: .*\n/m, '') : input;
  return spawnSync('docker-compose', ['--file', '-', 'config'], { ...options, input: known });
}
