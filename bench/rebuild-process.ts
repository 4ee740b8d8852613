import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { PeakMemory } from './peak-memory.js';
import type { ServiceProcess } from './service-process.js';

const PROGRAM = fileURLToPath(new URL('../../dist/projections-rebuild.js', import.meta.url));

/**
 * Rebuilds the read models of everything on a service's folder, and gives the most private memory that each process had
 * meanwhile, in MB. @throws Error when the command fails.
 */
export async function rebuildAll(service: ServiceProcess): Promise<ReadonlyMap<string, number>> {
  const { folder, pid, enginePid } = service;
  const child = spawn(process.execPath, [PROGRAM], {
    cwd: folder,
    env: { ...process.env, DATA_DIR: folder, LOG_LEVEL: 'error' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const peaks = new PeakMemory({
    rebuild: () => (child.exitCode === null ? child.pid : undefined),
    engine: () => enginePid,
    service: () => pid,
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  const most = peaks.stop();
  if (code !== 0) throw new Error(`The rebuild ended with ${code ?? 'a signal'}`);
  return most;
}
