import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';

import type { Db, Document } from 'mongodb';

import { privateMemory } from '../../bench/processes.js';

const LOOK_EVERY_MS = 200;
const PROGRAM = fileURLToPath(new URL('../../dist/data-copy.js', import.meta.url));

/** How a run of the copy ended, and what it had said. */
export interface Copied {
  readonly code: number | null;
  readonly output: string;
}

/** A run of the copy in a process of its own. */
export class Copying {
  private output = '';
  private peak = 0;
  private readonly child: ChildProcess;
  private readonly exit: Promise<unknown>;

  constructor(from: string, to: string, ...more: readonly string[]) {
    const args = ['--enable-source-maps', PROGRAM, '--from', from, '--to', to, ...more];
    this.child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
    this.exit = once(this.child, 'close');
    const looks = setInterval(() => this.look(), LOOK_EVERY_MS);
    this.child.once('exit', () => clearInterval(looks));
  }

  /** The most private memory that it was seen to have, in MB; 0 but on Linux. */
  get peakMb(): number {
    return this.peak;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** What it has said so far. */
  get said(): string {
    return this.output;
  }

  async kill9(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exit;
  }

  async ended(): Promise<Copied> {
    await this.exit;
    return { code: this.child.exitCode, output: this.output };
  }

  private look(): void {
    if (process.platform !== 'linux' || !this.isRunning) return;
    this.peak = Math.max(this.peak, privateMemory(this.child.pid ?? 0) || 0);
  }
}

/** What one database holds otherwise than the other, collection by collection; of each difference the first few. */
export async function differencesOf(one: Db, other: Db, leftOut: ReadonlySet<string>): Promise<string[]> {
  const names = new Set([...(await namesIn(one)), ...(await namesIn(other))]);
  const found: string[] = [];
  for (const name of [...names].filter((each) => !leftOut.has(each))) {
    const [theirs, count] = [inOrder(other, name), { all: 0, differing: 0 }];
    for await (const document of inOrder(one, name)) {
      const { value } = await theirs.next();
      count.all += 1;
      if (!isDeepStrictEqual(document, value)) count.differing += 1;
    }
    if (count.differing > 0) found.push(`${name}: ${count.differing} of ${count.all} differ`);
    if (!(await theirs.next()).done) found.push(`${name}: the other has more than ${count.all}`);
    const [ours, copied] = [await indexesOf(one, name), await indexesOf(other, name)];
    if (!isDeepStrictEqual(ours, copied)) found.push(`${name}: the indexes differ`);
  }
  return found;
}

async function namesIn(db: Db): Promise<string[]> {
  return (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name);
}

function inOrder(db: Db, name: string): AsyncIterator<Document> & AsyncIterable<Document> {
  const cursor = db.collection(name).find().sort({ _id: 1 });
  const iterator = cursor[Symbol.asyncIterator]();
  return { next: () => iterator.next(), [Symbol.asyncIterator]: () => iterator };
}

async function indexesOf(db: Db, name: string): Promise<Document[]> {
  const indexes: Document[] = await db.collection(name).indexes();
  return indexes.sort((a, b) => String(a['name']).localeCompare(String(b['name'])));
}
