import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = process.cwd();

/** What is imported from where, and the rule that must refuse it; undefined where the import is allowed. */
const imports: [from: string, to: string, rule: string | undefined][] = [
  ['src/kernel/money.ts', '../http/page.js', 'kernel-imports-a-room-it-may-not'],
  ['src/kernel/clock.ts', 'node:fs', 'kernel-imports-a-node-builtin'],
  ['src/kernel/id.ts', 'mongoose', 'kernel-imports-a-package-it-may-not'],
  ['src/kernel/typeid.ts', 'typeid-js', undefined],
  ['src/ledger/domain/decide.ts', '../../event-store/append.js', 'domain-imports-a-room-it-may-not'],
  ['src/ledger/domain/evolve.ts', '@nestjs/common', 'domain-imports-a-package-it-may-not'],
  ['src/ledger/domain/now.ts', 'node:perf_hooks', 'domain-imports-a-node-builtin'],
  ['src/ledger/domain/account.ts', '../../kernel/text.js', undefined],
  ['src/ledger/projections/register.ts', '../commands/deposit.js', 'projections-imports-a-room-it-may-not'],
  ['src/ledger/projections/totals.ts', 'mongoose', undefined],
  ['src/ledger/commands/debit.ts', '../queries/register.js', 'commands-imports-a-room-it-may-not'],
  ['src/ledger/commands/move.ts', 'mongodb', 'commands-imports-the-database'],
  ['src/ledger/commands/payday.ts', '../../identity/token.js', 'commands-imports-a-room-it-may-not'],
  ['src/ledger/commands/undo.ts', '../../identity/request-context.js', undefined],
  ['src/ledger/queries/accounts.ts', '@nestjs/mongoose', 'queries-imports-the-database'],
  ['src/ledger/queries/one.ts', '@nestjs/common', undefined],
  ['src/event-store/read.ts', '../ledger/domain/account.js', 'event-store-imports-a-room-it-may-not'],
  ['src/event-store/store.ts', 'mongodb', undefined],
  ['src/event-store/scope.ts', '../database/tenant-scope.js', undefined],
  ['src/event-store/connect.ts', '../database/connect.js', 'event-store-imports-a-room-it-may-not'],
  ['src/http/scope.ts', '../database/tenant-scope.js', 'http-imports-a-room-it-may-not'],
  ['src/identity/users.ts', '../ledger/queries/one.js', 'identity-imports-a-room-it-may-not'],
  ['src/http/filter.ts', '../identity/token.js', 'http-imports-a-room-it-may-not'],
  ['src/http/raw.ts', 'mongoose', 'http-imports-the-database'],
  ['src/database/start.ts', 'embedded-mongo', undefined],
  ['src/database/wrong.ts', '../event-store/append.js', 'database-imports-a-room-it-may-not'],
  ['src/event-store/engine.ts', 'embedded-mongo', 'engine-from-database-only'],
  ['src/budgets/months.ts', '../schedules/plan.js', 'feature-imports-a-room-it-may-not'],
  ['src/budgets/carry.ts', '../ledger/domain/account.js', 'feature-imports-a-room-it-may-not'],
  ['src/budgets/spend.ts', '../ledger/commands/deposit.js', undefined],
  ['src/budgets/own.ts', './plan.js', undefined],
  ['src/main.ts', './ledger/domain/account.js', undefined],
  ['src/http/ring-a.ts', './ring-b.js', 'no-circular'],
  ['src/http/type-a.ts', './type-b.js', undefined],
  ['src/http/leaf.ts', '../../test/kit/app.js', 'nobody-imports-tests'],
  ['src/http/dev.ts', 'fast-check', 'no-dev-dependency-in-shipped-code'],
  ['src/http/gone.ts', './not-there.js', 'no-unresolvable'],
  ['bench/postings.ts', '../src/kernel/text.js', 'bench-goes-by-the-wire'],
  ['test/kit/kit.ts', '../../src/ledger/domain/account.js', undefined],
  ['packages/embedded-mongo/src/store.ts', '../../../src/kernel/text.js', 'engine-imports-a-room-it-may-not'],
  ['packages/embedded-mongo/src/wire.ts', 'mongodb', 'engine-imports-a-package-it-may-not'],
  ['packages/embedded-mongo/src/disk.ts', 'lmdb', undefined],
];

/** Files that are only imported. */
const targets: Record<string, string> = {
  'src/kernel/text.ts': '',
  'src/http/page.ts': '',
  'src/http/ring-b.ts': "export * from './ring-a.js';\n",
  'src/event-store/append.ts': '',
  'src/ledger/commands/deposit.ts': '',
  'src/ledger/queries/register.ts': '',
  'src/identity/token.ts': '',
  'src/database/tenant-scope.ts': '',
  'src/database/connect.ts': '',
  'src/http/type-b.ts': "import type * as a from './type-a.js';\nexport type B = typeof a;\n",
  'src/identity/request-context.ts': '',
  'src/schedules/plan.ts': '',
  'src/budgets/plan.ts': '',
  'test/kit/app.ts': '',
};
const packages = [
  'mongoose',
  'mongodb',
  '@nestjs/common',
  '@nestjs/mongoose',
  'typeid-js',
  'lmdb',
  'fast-check',
];

interface Violation {
  from: string;
  rule: { name: string };
}

async function write(folder: string, path: string, text: string): Promise<void> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

async function layOut(folder: string): Promise<void> {
  for (const name of ['.dependency-cruiser.cjs', 'tsconfig.json', 'tsconfig.base.json', 'package.json']) {
    await cp(join(root, name), join(folder, name));
  }
  for (const [path, text] of Object.entries(targets))
    await write(folder, path, text || 'export const here = 1;\n');
  for (const [from, to] of imports) await write(folder, from, `export * from '${to}';\n`);
  for (const name of packages) {
    await write(folder, `node_modules/${name}/package.json`, JSON.stringify({ name, main: 'index.js' }));
    await write(folder, `node_modules/${name}/index.js`, 'module.exports = {};\n');
  }
  await write(folder, 'packages/embedded-mongo/dist/index.js', 'export const here = 1;\n');
  await write(
    folder,
    'packages/embedded-mongo/package.json',
    JSON.stringify({
      name: 'embedded-mongo',
      exports: './dist/index.js',
      dependencies: { lmdb: '3.5.6' },
    }),
  );
  await symlink('../packages/embedded-mongo', join(folder, 'node_modules/embedded-mongo'));
}

/** The cruiser on the folder, as `npm run lint:rooms` calls it. */
async function cruise(folder: string): Promise<{ violations: Violation[]; failed: boolean }> {
  const cli = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const options = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json'];
  const { stdout } = await run(process.execPath, [cli, ...options, 'src', 'packages', 'test', 'bench'], {
    cwd: folder,
    maxBuffer: 64 << 20,
  });
  const { summary } = JSON.parse(stdout) as { summary: { violations: Violation[]; error: number } };
  return { violations: summary.violations, failed: summary.error > 0 };
}

describe('the rules of the rooms', () => {
  let folder: string;
  let found: Map<string, string[]>;
  let failed: boolean;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rooms-'));
    await layOut(folder);
    const result = await cruise(folder);
    failed = result.failed;
    found = new Map();
    for (const { from, rule } of result.violations) found.set(from, [...(found.get(from) ?? []), rule.name]);
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('fail as errors, not as warnings', () => expect(failed).toBe(true));

  it.each(imports)('%s importing %s: %s', (from, _to, rule) => {
    if (rule === undefined) expect(found.get(from)).toBeUndefined();
    else expect(found.get(from)).toContain(rule);
  });
});
