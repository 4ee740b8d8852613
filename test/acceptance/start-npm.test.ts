import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { childrenOf } from '../../bench/processes.js';
import { freePort } from '../../bench/service-process.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** How long a start may take, and an end of all processes, in milliseconds. */
const PATIENCE_MS = 240_000;

const descendantsOf = (pid: number): number[] =>
  childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Waits until it is so, or patience ends; the expectation after it tells which. */
async function until(isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!isSo() && Date.now() < deadline) await delay(50);
}

describe('npm start', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'passes %s on to the service, which stops in order and leaves no process behind',
    async (signal) => {
      const dataDir = await mkdtemp(join(tmpdir(), 'ledger-npm-'));
      const env = { ...process.env, PORT: String(await freePort()), DATA_DIR: dataDir, NODE_OPTIONS: '' };
      const npm = spawn('npm', ['start'], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'inherit'] });
      let output = '';
      npm.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
      const pid = npm.pid ?? 0;
      let processes = [pid];
      try {
        await until(() => output.includes('Envelope Ledger is ready') || !isAlive(pid));
        processes = [pid, ...descendantsOf(pid)];
        expect(output).toContain('Envelope Ledger is ready');
        // npm, the service in its shell's place, and the engine.
        expect(processes).toHaveLength(3);
        npm.kill(signal);
        await until(() => !processes.some(isAlive));
        expect(processes.filter(isAlive)).toEqual([]);
        expect(output).toContain('Stopping: requests in flight are finished first.');
      } finally {
        for (const each of processes.filter(isAlive)) process.kill(each, 'SIGKILL');
        await rm(dataDir, { recursive: true, force: true });
      }
    },
    3 * PATIENCE_MS,
  );
});
