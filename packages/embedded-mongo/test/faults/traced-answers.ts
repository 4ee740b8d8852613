import { readFileSync } from 'node:fs';

const CALLS = 'read,recvmsg,write,writev,sendmsg,sendto,pwrite64,pwritev,fdatasync,fsync,openat';

/** The command line of strace that has the engine started after it in its own process, and traced by a grandchild. */
export function tracing(log: string): string[] {
  return ['strace', '-D', '-f', '-y', '--seccomp-bpf', '-s', '8192', '-e', `trace=${CALLS}`, '-o', log];
}

/** A system call: its text, as strace prints it, and the lines on which it began and ended. */
interface Call {
  readonly text: string;
  readonly thread: string;
  readonly begin: number;
  readonly end: number;
}

/** The calls of a trace, whole: strace breaks a line where another thread comes between. */
export function readCalls(log: string): Call[] {
  const calls: Call[] = [];
  const unfinished = new Map<string, { text: string; begin: number }>();
  for (const [at, line] of readFileSync(log, 'latin1').split('\n').entries()) {
    const [, thread = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const begun = /^(.*?) *<unfinished \.\.\.>$/.exec(rest)?.[1];
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest)?.[1];
    if (begun !== undefined) unfinished.set(thread, { text: begun, begin: at });
    else if (resumed !== undefined) {
      const { text, begin } = unfinished.get(thread) ?? { text: '', begin: at };
      calls.push({ text: text + resumed, thread, begin, end: at });
    } else calls.push({ text: rest, thread, begin: at, end: at });
  }
  return calls;
}

/** What the answers of an engine were worth when they were sent. */
export interface Answers {
  /** Writes that were answered when they were on disk. */
  readonly safe: string[];
  /** Writes that were answered before. */
  readonly early: string[];
}

/**
 * Follows each write by its mark (`mark`, which must be a global pattern): from the client's request, through the write
 * to a file of the journal that was opened to be synced with each write, to the answer. In a transaction the commit's
 * answer counts.
 */
export function judgeAnswers(calls: readonly Call[], mark: RegExp): Answers {
  const judge = new Judge(mark);
  const moments = calls.flatMap((call) => [
    { at: call.begin, call, kind: 'begin' as const },
    { at: call.end, call, kind: 'end' as const },
  ]);
  moments.sort((one, other) => one.at - other.at);
  for (const { call, kind } of moments) {
    if (kind === 'begin') judge.begun(call);
    else judge.ended(call);
  }
  return judge.answers;
}

class Judge {
  readonly answers: Answers = { safe: [], early: [] };
  private readonly durable = new Set<string>();
  private readonly syncedFiles = new Set<string>();
  /** By socket: what the next answer acknowledges, and what waits for the transaction's commit. */
  private readonly due = new Map<string, string[]>();
  private readonly open = new Map<string, string[]>();

  constructor(private readonly mark: RegExp) {}

  begun({ text }: Call): void {
    const socket = /^(?:write|writev|sendmsg|sendto)\(\d+<socket:\[(\d+)\]>/.exec(text)?.[1];
    if (socket === undefined) return;
    for (const one of this.due.get(socket) ?? []) {
      this.answers[this.durable.has(one) ? 'safe' : 'early'].push(one);
    }
    this.due.delete(socket);
  }

  ended({ text }: Call): void {
    const socket = /^(?:read|recvmsg)\(\d+<socket:\[(\d+)\]>/.exec(text)?.[1];
    if (socket !== undefined) this.asked(socket, text);
    const opened = /^openat\(.*O_DSYNC.*\) = (\d+)<[^>]*\/journal\.[01]>/.exec(text)?.[1];
    if (opened !== undefined) this.syncedFiles.add(opened);
    const written = /^p?write(?:64|v)?\((\d+)<[^>]*\/journal\.[01]>/.exec(text)?.[1];
    if (written !== undefined && this.syncedFiles.has(written)) {
      for (const one of text.match(this.mark) ?? []) this.durable.add(one);
    }
  }

  private asked(socket: string, text: string): void {
    const marks = text.match(this.mark) ?? [];
    const open = this.open.get(socket) ?? [];
    if (text.includes('commitTransaction')) {
      this.due.set(socket, open);
      this.open.delete(socket);
    } else if (text.includes('autocommit')) this.open.set(socket, [...open, ...marks]);
    else this.due.set(socket, marks);
  }
}
