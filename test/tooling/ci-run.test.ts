import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const CI_RUN = resolve('.ci/run');

/** Stands in for npm: writes down what it is asked, fails where the test says so, and writes jest's report. */
const FAKE_NPM = `#!/usr/bin/env bash
echo "npm $*" >>"$FAKE_LOG"
case "$*" in
  ci) exit "$FAKE_CI" ;;
  "run --silent lint") exit "$FAKE_LINT" ;;
  run*) exit 0 ;;
  test*)
    report="$*"
    report="\${report##*--outputFile=}"
    printf '{"numPassedTests":%d,"numFailedTests":%d,"numPendingTests":0,"numRuntimeErrorTestSuites":0}' \\
      "$FAKE_PASSED" "$FAKE_FAILED" >"$report"
    exit $((FAKE_FAILED > 0)) ;;
esac
`;

interface Outcome {
  readonly ci?: number;
  readonly lint?: number;
  readonly failed?: number;
}

describe('.ci/run', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ci-run-'));
    await writeFile(join(folder, 'npm'), FAKE_NPM);
    await chmod(join(folder, 'npm'), 0o755);
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  function ciRun({ ci = 0, lint = 0, failed = 0 }: Outcome) {
    const env = {
      PATH: `${folder}:${process.env['PATH'] ?? ''}`,
      FAKE_LOG: join(folder, 'log'),
      FAKE_CI: String(ci),
      FAKE_LINT: String(lint),
      FAKE_PASSED: '90',
      FAKE_FAILED: String(failed),
    };
    const { status, stdout } = spawnSync(CI_RUN, { cwd: folder, env, encoding: 'utf8' });
    return { status, last: stdout.trimEnd().split('\n').at(-1) };
  }

  it.each<[string, Outcome, number, string]>([
    ['when everything is well', {}, 0, '95 passed, 0 failed'],
    ['when tests fail', { failed: 3 }, 1, '95 passed, 3 failed'],
    ['when a check fails', { lint: 1 }, 1, '94 passed, 1 failed'],
    ['when nothing can be installed', { ci: 1 }, 1, '0 passed, 1 failed'],
  ])('says so in its last line and its exit code %s', (_when, outcome, status, last) => {
    expect(ciRun(outcome)).toEqual({ status, last });
  });
});
