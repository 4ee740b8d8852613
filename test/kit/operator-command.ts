import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import type { Ended, TestService } from './service.js';

/** Where an operator's command is run: its settings, and the folder whose `.env` it reads. */
export interface OperatorOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A command that was started, and how it ends. */
export interface StartedCommand {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Starts one of the built operator's commands, such as `ledger-verify`, without the settings that a developer may have. */
export function startCommand(
  program: string,
  { cwd, env }: OperatorOptions,
  args: readonly string[] = [],
): StartedCommand {
  const path = fileURLToPath(new URL(`../../dist/${program}.js`, import.meta.url));
  const { PATH, HOME, TMPDIR } = process.env;
  const child = spawn(process.execPath, [path, ...args], {
    cwd,
    env: { PATH, HOME, TMPDIR, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = once(child, 'close').then(([code, signal]): Ended => ({
    ...{ code: code as number | null, signal: signal as NodeJS.Signals | null },
    ...{ stdout, stderr },
  }));
  return { child, ended };
}

/** Starts one on the data of a service that runs. */
export function startCommandBeside(
  service: TestService,
  program: string,
  args: readonly string[] = [],
): StartedCommand {
  const external = process.env['DB_CONNECTION_STRING'];
  const env = {
    DATA_DIR: service.dataDir,
    ...(external !== undefined && {
      DB_CONNECTION_STRING: service.database,
      JWT_SECRET_KEY: 'of tests alone '.repeat(3),
    }),
  };
  return startCommand(program, { cwd: service.dataDir, env }, args);
}
