import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));

/** A fault put into the engine: one passage of one built file replaced. */
export interface Mutant {
  readonly name: string;
  /** The file in `dist`. */
  readonly file: string;
  readonly passage: string | RegExp;
  readonly replacement: string;
}

const READ_PUBLISHED = `const fresh = store.latest();
    transaction.view.release();
    transaction.view = fresh;
    return { kind: 'transaction'`;

const COMMIT_IN_HALVES = `const { store } = context.engine;
        const late = [...transaction.writes].slice(transaction.writes.size >> 1);
        for (const [key] of late) transaction.writes.delete(key);
        const write = (own) => { for (const [key, value] of late) value === null ? own.remove(key) : own.put(key, value); };
        setTimeout(() => void store.writeOnce(write), 2);
        store.publish(transaction)`;

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'a write does not conflict with one committed since the snapshot',
    file: 'storage/locks.js',
    passage: 'lock.written > transaction.sequence',
    replacement: 'false',
  },
  {
    name: 'what was written is forgotten while older snapshots are open',
    file: 'storage/locks.js',
    passage: 'forgetUpTo(sequence) {',
    replacement: 'forgetUpTo(sequence) { sequence = Infinity;',
  },
  {
    name: 'no document is locked',
    file: 'storage/locks.js',
    passage: 'lock.holder = transaction;',
    replacement: '',
  },
  {
    name: 'locks are released after each statement',
    file: 'storage/transaction.js',
    passage: 'this.readers -= 1;',
    replacement: 'this.readers -= 1; this.locks.release(this.locked);',
  },
  {
    name: 'entries of unique indexes are not locked',
    file: 'storage/records.js',
    passage: /if \(index\.unique\) \{\s*transaction\.lock\(key\);/,
    replacement: 'if (index.unique) {',
  },
  {
    name: 'plain writes are not noted for open transactions',
    file: 'storage/store.js',
    passage: 'if (this.open.size > 0',
    replacement: 'if (!transaction.isPlain && this.open.size > 0',
  },
  {
    name: 'single reads ignore what is published in memory',
    file: 'storage/view.js',
    passage: 'return version.value ?? undefined',
    replacement: 'return this.disk.get(key)',
  },
  {
    name: 'scans ignore what is published in memory',
    file: 'storage/view.js',
    passage: 'fresh.push([key, version.value]);',
    replacement: ';',
  },
  {
    name: 'reads see what is published after the snapshot',
    file: 'storage/overlay.js',
    passage: 'if (version.sequence <= upTo)',
    replacement: '',
  },
  {
    name: 'memory is forgotten under a snapshot that needs it',
    file: 'storage/pictures.js',
    passage: /this\.overlay\.prune\(durable, spans\)/,
    replacement: 'this.overlay.prune(durable, [])',
  },
  {
    name: 'each statement takes a snapshot of its own',
    file: 'sessions/statement.js',
    passage: "return { kind: 'transaction'",
    replacement: READ_PUBLISHED,
  },
  {
    name: 'a transaction does not see its own writes',
    file: 'storage/transaction.js',
    passage: 'const own = this.writes.get(key);',
    replacement: 'const own = undefined;',
  },
  {
    name: 'statements of a transaction take effect at once',
    file: 'commands/writing.js',
    passage: 'return checked(transaction);',
    replacement: '',
  },
  {
    name: 'what is given up is published',
    file: 'commands/abortTransaction.js',
    passage: 'const wasOpen = transaction.isOpen;',
    replacement:
      'const wasOpen = transaction.isOpen; if (wasOpen) context.engine.store.publish(transaction);',
  },
  {
    name: 'a commit shows in two halves',
    file: 'commands/commitTransaction.js',
    passage: 'context.engine.store.publish(transaction)',
    replacement: COMMIT_IN_HALVES,
  },
  {
    name: 'a commit leaves no record',
    file: 'commands/commitTransaction.js',
    passage: '() => session.encodeRecord()',
    replacement: '() => null',
  },
];

/** A copy of the built engine, to be changed and run. */
export interface EngineCopy {
  /** The script that runs it. */
  readonly command: string;
  /** Puts the fault in. Throws where its passage is not in the file exactly once. */
  apply(mutant: Mutant): Promise<void>;
  remove(): Promise<void>;
}

/** Copies the package's command and built files to a folder of their own. */
export async function copyEngine(): Promise<EngineCopy> {
  const folder = await mkdtemp(join(tmpdir(), 'engine-copy-'));
  for (const part of ['bin', 'dist', 'package.json']) {
    await cp(join(PACKAGE, part), join(folder, part), { recursive: true });
  }
  await symlink(modulesOf(PACKAGE), join(folder, 'node_modules'));
  return {
    command: join(folder, 'bin', 'embedded-mongo.js'),
    async apply({ file, passage, replacement }) {
      const path = join(folder, 'dist', file);
      const parts = (await readFile(path, 'utf8')).split(passage);
      if (parts.length !== 2)
        throw new Error(`${file} has ${String(parts.length - 1)} times ${String(passage)}`);
      await writeFile(path, parts.join(replacement));
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The nearest folder of installed packages that has the engine's own. */
function modulesOf(folder: string): string {
  const modules = join(folder, 'node_modules');
  if (existsSync(join(modules, 'lmdb'))) return modules;
  if (dirname(folder) === folder) throw new Error('the packages of the engine are not installed');
  return modulesOf(dirname(folder));
}
