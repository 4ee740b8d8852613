import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const clean = { numPassedTests: 7, numFailedTests: 0, numPendingTests: 0, numRuntimeErrorTestSuites: 0 };

describe('counting tests for the last line of .ci/run', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'count-'));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([
    ['a clean run', clean, 0, '7 0'],
    ['tests that failed', { ...clean, numFailedTests: 2 }, 1, '7 2'],
    ['a suite that could not run', { ...clean, numRuntimeErrorTestSuites: 1 }, 1, '7 1'],
    ['a skipped test', { ...clean, numPendingTests: 1 }, 0, '7 0'],
    ['a run that ended badly without a failed test', clean, 124, '7 1'],
    ['a run without a report', undefined, 1, '0 1'],
  ])('%s', async (_what, report, exitCode, line) => {
    const file = join(folder, 'report.json');
    await writeFile(file, report ? JSON.stringify(report) : '');
    const args = ['scripts/count-tests.mjs', file, String(exitCode)];
    const out = execFileSync(process.execPath, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(out).toBe(`${line}\n`);
  });
});
