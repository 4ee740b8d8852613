import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { openAccount } from '../kit/ledger.js';
import { startService, type SignedUp } from '../kit/service.js';

const PROGRAM = resolve('dist/data-copy.js');

describe('the copy between data folders', () => {
  let folder: string;
  let owner: SignedUp;
  const [source, target] = ['source', 'target'];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'copy-'));
    const service = await startService({ dataDir: join(folder, source) });
    owner = await service.signUp();
    const account = await openAccount(service, owner, { name: 'Household', opening_balance: 20 }, ['Food']);
    await account.record('/moves', { from_id: 0, to_id: 1, amount: 5 });
    await service.stop();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  function copy(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
      ...{ cwd: folder, env: { PATH: process.env['PATH'], ...env }, encoding: 'utf8' },
    });
    return { status, stdout, stderr };
  }

  it.each<[string, string[], string]>([
    ['no source', ['--to', target], '--from is missing; needed: npm run data:copy -- --from SOURCE'],
    ['no target', ['--from', source], '--to is missing'],
    ['an option that it does not know', ['--form', source], "Unknown option '--form'"],
    [
      'a folder without data',
      ['--from', 'nothing', '--to', target],
      '--from is neither a connection string nor',
    ],
    ['one database as both', ['--from', source, '--to', source], '--to names the source itself'],
    [
      'no such household',
      ['--from', source, '--to', target, '--household', 'hh_x'],
      '--household hh_x is not in',
    ],
    [
      'a database that does not answer',
      ['--from', source, '--to', 'mongodb://user:hunter2@127.0.0.1:1/?serverSelectionTimeoutMS=200'],
      '--to leads to no database that answers',
    ],
  ])('cannot be done with %s: one line, exit code 2, nothing made', (_what, args, said) => {
    const { status, stdout, stderr } = copy(args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^The copy could not be done: .*\n$/);
    expect(stderr).toContain(said);
    expect(stderr).not.toContain('hunter2');
    expect([target, 'nothing'].filter((name) => existsSync(join(folder, name)))).toEqual([]);
  });

  it('copies one household to another folder, which a service then runs on', async () => {
    const { status, stdout, stderr } = copy(['--from', source, '--household', owner.household_id], {
      COPY_TO: target,
    });
    expect([status, stdout]).toEqual([
      0,
      'Copied: both sides hold the same accounts, and their logs verify.\n',
    ]);
    for (const step of ['Copying', 'Verifying the source', 'Verifying the target']) {
      expect(stderr).toMatch(new RegExp(`${step} \\[=+\\] 100 % \\| 3 of 3 events`));
    }
    const service = await startService({ dataDir: join(folder, target) });
    const { body } = await service.token(owner.username, owner.password);
    const list = await service.api<{ items: { name: string; balance: number }[] }>('GET', '/accounts', {
      token: String(body['access_token']),
    });
    expect(list.body.items).toMatchObject([{ name: 'Household', balance: 20 }]);
    const meanwhile = copy(['--from', source, '--to', target, '--household', owner.household_id]);
    await service.stop();
    expect(meanwhile.status).toBe(2);
    expect(meanwhile.stderr).toContain(`a service runs on ${target}; stop it first`);
  });
});
