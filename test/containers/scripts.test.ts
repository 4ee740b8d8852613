import { existsSync, statSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { listen, Stack } from './stack.js';

const SECRETS = 'containers/.env';
const KEYFILE = 'containers/mongo/keyfile';

let stack: Stack;
beforeEach(async () => {
  stack = await Stack.make();
});
afterEach(() => stack.remove());

const mode = (path: string): string => (statSync(join(stack.folder, path)).mode & 0o777).toString(8);

/** Where in a list something stands that matches; the test fails when nothing does. */
function place(lines: readonly string[], pattern: RegExp): number {
  const index = lines.findIndex((line) => pattern.test(line));
  if (index < 0) throw new Error(`${String(pattern)} is not in\n${lines.join('\n')}`);
  return index;
}

describe('system-up.sh', () => {
  it('makes network, database and service, each after the one before is healthy, and says where it is', async () => {
    const { status, stdout, stderr } = stack.up();
    expect([status, stderr]).toEqual([0, '']);
    const asked = await stack.asked();
    const steps = [
      place(asked, /^network create --driver bridge nvelopes-network$/),
      place(asked, /containers\/mongo\/docker-compose\.yml up --detach$/),
      place(asked, /^mongo1 healthy$/),
      place(asked, /^mongo2 healthy$/),
      place(asked, /^mongo3 healthy$/),
      place(asked, /^inspect .*ExitCode.* id-initiate$/),
      place(asked, /containers\/docker-compose\.yml up --detach --build$/),
      place(asked, /^ledger healthy$/),
    ];
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    expect(stdout).toContain(`Envelope Ledger is ready: http://localhost:${stack.ports[0]} |`);
    expect(stdout).toMatch(/^127\.0\.0\.1 mongo1 mongo2 mongo3$/m);
  });

  it('makes secrets that only their owner can read, and no .env at the top', () => {
    const { stdout } = stack.up();
    const secrets = stack.text(SECRETS);
    const password = /^MONGO_LEDGER_PASSWORD=([0-9a-f]{64})$/m.exec(secrets)?.[1] ?? 'none';
    const hosts = 'mongo1:27017,mongo2:27018,mongo3:27019';
    expect(secrets).toContain(
      `DB_CONNECTION_STRING=mongodb://ledger:${password}@${hosts}/envelope_ledger?replicaSet=rs0\n`,
    );
    const made = [...secrets.matchAll(/=([0-9a-f]{64})$/gm)].map(([, secret]) => secret);
    expect(new Set(made).size).toBe(3);
    expect(stack.text(KEYFILE)).toMatch(/^[A-Za-z0-9+/]{756}$/);
    expect([mode(SECRETS), mode(KEYFILE)]).toEqual(['600', '400']);
    expect(existsSync(join(stack.folder, '.env'))).toBe(false);
    for (const secret of made) expect(stdout).not.toContain(secret);
  });

  it('keeps the secrets, the network and a top-level .env when it is run again', async () => {
    await writeFile(join(stack.folder, '.env'), 'PORT=9\n');
    stack.up();
    const before = [stack.text(SECRETS), stack.text(KEYFILE)];
    await stack.asked();
    expect(stack.up().status).toBe(0);
    expect([stack.text(SECRETS), stack.text(KEYFILE)]).toEqual(before);
    expect((await stack.asked()).filter((line) => line.startsWith('network create'))).toEqual([]);
    expect(stack.text('.env')).toBe('PORT=9\n');
  });

  it('does not take secrets of this shell for its own', () => {
    const env = { DB_CONNECTION_STRING: 'mongodb://elsewhere/', JWT_SECRET_KEY: 'of the shell' };
    expect(stack.up(env).status).toBe(0);
    expect(stack.text(SECRETS)).not.toMatch(/elsewhere|of the shell/);
  });

  it.each(['mongo1', 'mongo2', 'mongo3'])(
    'names %s when it does not get healthy, and starts no service',
    async (sick) => {
      const { status, stderr } = stack.up({ SICK: sick, UP_PATIENCE: '3' });
      expect(status).toBe(1);
      expect(stderr).toContain(`system-up.sh: ${sick} did not get healthy within 3 s, it is starting`);
      expect(stderr).toContain(`the last words of ${sick}`);
      expect(stack.has('service')).toBe(false);
      expect((await stack.asked()).filter((line) => line.includes('--build'))).toEqual([]);
    },
  );

  it('says when the set cannot be initiated, and starts no service', () => {
    const { status, stderr } = stack.up({ INITIATED: 'exited 1' });
    expect(status).toBe(1);
    expect(stderr).toContain('the last words of initiate');
    expect(stderr).toContain('the set could not be initiated (exited 1)');
    expect(stack.has('service')).toBe(false);
  });

  it('says when the service does not get healthy', () => {
    const { status, stderr } = stack.up({ SICK: 'ledger', UP_PATIENCE: '3' });
    expect(status).toBe(1);
    expect(stderr).toContain('ledger did not get healthy');
  });
});

describe('what is missing', () => {
  const both = ['up', 'down'] as const;
  const run = (which: 'up' | 'down', env: Record<string, string> = {}) =>
    which === 'up' ? stack.up(env) : stack.down([], { env });

  it.each(both)('is said by %s: docker', async (which) => {
    await stack.removeDocker();
    const { status, stderr } = run(which);
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^system-\w+\.sh: docker is not installed: https/),
    ]);
    expect(existsSync(join(stack.folder, SECRETS))).toBe(false);
  });

  it.each(both)('is said by %s: compose', (which) => {
    const { status, stderr } = run(which, { NO_COMPOSE: '1' });
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining('docker has no "compose": install the plugin'),
    ]);
  });

  it.each(both)('is said by %s: the engine', (which) => {
    const { status, stderr } = run(which, { NO_ENGINE: '1' });
    expect([status, stderr]).toEqual([1, expect.stringContaining('the docker engine does not answer')]);
  });

  it.each([
    ['the service', 0, 0, 'ledger'],
    ['the first member', 1, 0, 'mongo1'],
    ['the third member', 1, 2, 'mongo3'],
  ] as const)('is said: the port of %s', async (_whose, which, further, name) => {
    const port = stack.ports[which] + further;
    const server = await listen(port);
    const { status, stderr } = stack.up();
    expect(stderr).toBe(
      `system-up.sh: port ${port} on 127.0.0.1 is in use by another program; ${name} needs it\n`,
    );
    expect([status, stack.has('network'), stack.has('database')]).toEqual([1, false, false]);
    // The same port is no trouble when it is our own container that listens.
    for (const project of ['network', 'database', 'service']) await stack.put(project);
    expect(stack.up().status).toBe(0);
    server.close();
  });

  it('is said: secrets that data of before need', async () => {
    stack.up();
    await rm(join(stack.folder, SECRETS));
    const { status, stderr } = stack.up();
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining(`${SECRETS} is gone, but there is data of before`),
    ]);
    expect(existsSync(join(stack.folder, SECRETS))).toBe(false);
  });

  it('is said: a secret', async () => {
    await writeFile(join(stack.folder, SECRETS), 'MONGO_ROOT_PASSWORD=a\nMONGO_LEDGER_PASSWORD=\n');
    const { status, stderr } = stack.up();
    expect([status, stderr]).toEqual([
      1,
      `system-up.sh: ${SECRETS} has no MONGO_LEDGER_PASSWORD: put it back\n`,
    ]);
  });
});

describe('system-down.sh', () => {
  beforeEach(async () => {
    stack.up();
    await stack.asked();
  });

  it('stops the service, then the database, removes the network and keeps the data; twice if need be', async () => {
    const { status, stdout } = stack.down();
    expect([status, stdout]).toEqual([0, 'All is down. The data are kept.\n']);
    const asked = await stack.asked();
    const service = place(asked, /containers\/docker-compose\.yml down$/);
    const database = place(asked, /containers\/mongo\/docker-compose\.yml down$/);
    expect([service < database, database < place(asked, /^network rm/)]).toEqual([true, true]);
    expect(['service', 'database', 'network', 'volumes'].filter((each) => stack.has(each))).toEqual([
      'volumes',
    ]);
    expect(stack.down().status).toBe(0);
    expect(stack.has('volumes')).toBe(true);
  });

  it.each([['no\n'], ['y\n'], ['YES\n'], ['']])(
    'removes and stops nothing when the answer is %j',
    async (answer) => {
      const { status, stderr } = stack.down(['--volumes'], { answer });
      expect([status, stderr]).toEqual([1, 'system-down.sh: nothing was stopped, nothing was removed\n']);
      expect((await stack.asked()).filter((line) => line.includes(' down'))).toEqual([]);
      expect(['service', 'database', 'volumes'].filter((each) => stack.has(each))).toHaveLength(3);
    },
  );

  it('removes the data after a yes, though the secrets are gone', async () => {
    await rm(join(stack.folder, SECRETS));
    const { status, stdout } = stack.down(['--volumes'], { answer: 'yes\n' });
    expect([status, stack.has('volumes')]).toEqual([0, false]);
    expect(stdout).toContain('The data are removed.');
  });

  it('says so when others use the network', async () => {
    await stack.put('used-by-others');
    const { status, stderr } = stack.down();
    expect([status, stderr]).toEqual([1, expect.stringContaining('nvelopes-network is still there')]);
  });

  it('does nothing for an option that it does not know', async () => {
    expect(stack.down(['--all']).stderr).toContain('usage: ./system-down.sh [--volumes]');
    expect(await stack.asked()).toEqual([]);
  });
});
