import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../bench/service-process.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

describe('npm start', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'passes %s on to the service, which stops in order and leaves no process behind',
    async (signal) => {
      const dataDir = await mkdtemp(join(tmpdir(), 'ledger-npm-'));
      const env = { ...process.env, PORT: String(await freePort()), DATA_DIR: dataDir, NODE_OPTIONS: '' };
      const npm = spawn('npm', ['start'], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'inherit'] });
      let output = '';
      // The pipe ends when the last process that writes to it has ended: npm, shell and service.
      const closed = new Promise<void>((resolve) => npm.once('close', () => resolve()));
      const ready = new Promise<void>((resolve) => {
        npm.stdout.setEncoding('utf8').on('data', (text: string) => {
          output += text;
          if (output.includes('Envelope Ledger is ready')) resolve();
        });
      });
      await Promise.race([ready, closed]);
      expect(output).toContain('Envelope Ledger is ready');
      npm.kill(signal);
      await closed;
      expect(output).toContain('Stopping: requests in flight are finished first.');
      await expect(fetch(`http://127.0.0.1:${env.PORT}/health/live`)).rejects.toThrow();
      await rm(dataDir, { recursive: true });
    },
    60_000,
  );
});
