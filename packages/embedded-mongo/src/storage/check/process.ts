import { fork } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DATA_FILE } from '../disk.js';
import type { CheckMessage, FolderReport } from './report.js';

const CHILD = fileURLToPath(new URL('./child.js', import.meta.url));
/** A process that has told nothing for so long, in milliseconds, goes in circles. */
const SILENCE_MS = 60_000;
const LOOK_MS = 100;
/** What the names of the folders begin with in which a check has a table of readers of its own. */
const ASIDE = 'check-';
/** What the process prints when it fails may be so long. */
const MOST_PRINTED = 2_000;

/**
 * Checks a folder (or one collection of it) in a process of its own. When that crashes, or hangs, the report says so:
 * then reading the file is not safe. `checkInterrupt` is asked now and then, and may throw to give the check up.
 */
export async function checkInProcess(
  folder: string,
  ns: string | undefined,
  checkInterrupt: () => void = () => undefined,
): Promise<FolderReport> {
  const aside = mkdtempSync(join(folder, ASIDE));
  try {
    return await run([folder, aside, ...(ns === undefined ? [] : [ns])], checkInterrupt);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/** Removes what checks left behind whose process was killed; the caller has the folder to itself. */
export function clearForgottenChecks(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory() || !entry.name.startsWith(ASIDE)) continue;
    const aside = join(folder, entry.name);
    const link = lstatSync(join(aside, DATA_FILE), { throwIfNoEntry: false });
    if (link?.isSymbolicLink() === true) rmSync(aside, { recursive: true, force: true });
  }
}

function run(args: readonly string[], checkInterrupt: () => void): Promise<FolderReport> {
  const child = fork(CHILD, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] });
  return new Promise((resolve, reject) => {
    let report: FolderReport | undefined;
    let givenUp: Error | undefined;
    let printed = '';
    let heard = performance.now();
    const timer = setInterval(() => {
      try {
        checkInterrupt();
      } catch (error) {
        givenUp = error instanceof Error ? error : new Error(String(error));
        child.kill('SIGKILL');
      }
      if (performance.now() - heard > SILENCE_MS) child.kill('SIGKILL');
    }, LOOK_MS);
    child.stderr?.on('data', (text) => {
      if (printed.length < MOST_PRINTED) printed += String(text);
    });
    child.on('message', (message) => {
      heard = performance.now();
      const told = message as CheckMessage;
      if (told.type === 'report') report = told.report;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearInterval(timer);
      if (givenUp !== undefined) reject(givenUp);
      else resolve(report ?? crashed(signal ?? `exit code ${String(code)}`, printed));
    });
  });
}

function crashed(end: string, printed: string): FolderReport {
  const reason = /^\w*Error: .*/m.exec(printed)?.[0] ?? 'no reason was given';
  return { problems: [`the process that read the data ended early (${end}): ${reason}`], collections: [] };
}
