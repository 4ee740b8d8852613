import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const TICKS_A_SECOND = 100;
/** Fields of `/proc/PID/stat`, counted from the one after the command's name: own time, that of ended children. */
const OWN = [11, 12];
const OWN_AND_ENDED = [11, 12, 13, 14];

/** The processes that this one started, directly. */
export function childrenOf(pid: number): number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  return lines
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
    .map(([child]) => child ?? 0);
}

/** CPU time that a process has used so far, user and system together, in seconds to a hundredth. */
export function cpuSeconds(pid: number): number {
  return process.platform === 'linux' ? fromProc(pid, OWN) : fromPs(pid);
}

/** The same with all processes that it has started; those that have ended count on Linux only. */
export function familyCpuSeconds(pid: number): number {
  const living = childrenOf(pid).filter(
    (child) => process.platform !== 'linux' || existsSync(`/proc/${child}`),
  );
  const own = process.platform === 'linux' ? fromProc(pid, OWN_AND_ENDED) : fromPs(pid);
  return living.reduce((sum, child) => sum + cpuSeconds(child), own);
}

/** Private memory of a process (RssAnon) in MB; NaN but on Linux. */
export function privateMemory(pid: number): number {
  if (process.platform !== 'linux') return Number.NaN;
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^RssAnon:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
}

/** The command's name, in brackets, may hold blanks: the numbers are counted from the last bracket. */
function fromProc(pid: number, fields: readonly number[]): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const numbers = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.reduce((sum, field) => sum + Number(numbers[field]), 0) / TICKS_A_SECOND;
}

/** `ps` prints [[hours:]minutes:]seconds, with hundredths on macOS. */
function fromPs(pid: number): number {
  const time = execFileSync('ps', ['-o', 'time=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  return time.split(':').reduce((seconds, part) => seconds * 60 + Number(part), 0);
}
