import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeDoc } from '../../src/bson/codec.js';
import type { Doc } from '../../src/bson/types.js';
import { PageFile, type Meta, type Root } from '../../src/storage/check/page-file.js';
import { TreeWalk } from '../../src/storage/check/tree-walk.js';
import { repairFolder } from '../../src/storage/offline/repair.js';
import { scanDocuments } from '../../src/storage/reading.js';
import { deleteDocument, idKeyOf } from '../../src/storage/records.js';
import { createIndex } from '../../src/storage/index-changes.js';
import { createCollection } from '../../src/storage/schema.js';
import type { Store } from '../../src/storage/store.js';
import type { Transaction } from '../../src/storage/transaction.js';
import { byField, cleanUp, close, insert, newFolder, openStore, read, set } from '../storage/store-kit.js';

const PAGE = 4096;
const BRANCH = 1;
const LEAF = 2;
const DOCUMENTS = 800;
/** A long key: so that a branch page leads to few pages, and there are several. */
const idOf = (n: number): string => `${'k'.repeat(150)}${String(n).padStart(4, '0')}`;

interface Pages {
  readonly branches: number[];
  readonly leaves: number[];
  /** The first pages of values that take several. */
  readonly values: number[];
}

/** The pages of a tree: that of the data, or that of the lists of free pages. */
function pagesOf(folder: string, tree: 'data' | 'free', below?: Root): Pages {
  const path = join(folder, 'data.mdb');
  const file = PageFile.open(path);
  const bytes = readFileSync(path);
  const [meta] = file.metas() as [Meta];
  const pages: Pages = { branches: [], leaves: [], values: [] };
  const visitor = {
    page: (page: number, count: number): boolean => {
      const kind = bytes.readUInt16LE(page * PAGE + 18);
      if (kind === BRANCH) pages.branches.push(page);
      if (kind === LEAF) pages.leaves.push(page);
      if (count > 1) pages.values.push(page);
      return true;
    },
    problem: (text: string): never => {
      throw new Error(text);
    },
  };
  new TreeWalk(file, meta, visitor, tree === 'data').run(below ?? meta[tree].root);
  file.close();
  return pages;
}

/** The number, the state and the length of every document. */
async function contents(folder: string): Promise<string[]> {
  const store = openStore(folder);
  const view = store.latest();
  const found: string[] = [];
  for (const collection of store.catalogue.list()) {
    for (const { bytes } of scanDocuments(view, collection)) {
      const { _id, state, pad } = Object.fromEntries(decodeDoc(bytes));
      found.push(`${_id as string} ${state as string} ${String((pad as string).length)}`);
    }
  }
  view.release();
  await close(store);
  return found;
}

async function inSteps(store: Store, write: (own: Transaction, n: number) => void): Promise<void> {
  for (let from = 0; from < DOCUMENTS; from += 50) {
    await store.writeOnce((own) => {
      for (let n = from; n < from + 50; n += 1) write(own, n);
    });
    await store.durable();
  }
}

describe('what a damaged branch page led to', () => {
  let template: string;
  let expected: string[];

  beforeAll(async () => {
    template = newFolder();
    const store = openStore(template);
    const accounts = await createCollection(store, 'test', 'accounts', new Map());
    await createIndex(store, accounts, byField('state'));
    await inSteps(store, (own, n) => {
      const pad = n % 30 === 7 ? 'blob'.repeat(3000) : 'x'.repeat(n % 300);
      insert(own, accounts, { _id: idOf(n), state: 'first', pad });
    });
    // What free pages hold is now out of date: the first state of these, and those that are gone.
    await inSteps(store, (own, n) => {
      if (n % 3 === 0) set(own, accounts, idOf(n), { state: 'changed' });
      if (n % 5 === 0) deleteDocument(own, accounts, idKeyOf(idOf(n)), read(own, accounts, idOf(n)) as Doc);
    });
    await close(store);
    expected = await contents(template);
  });
  afterAll(cleanUp);

  async function repaired(change: (bytes: Buffer) => void): Promise<{ found: string[]; problems: string }> {
    const folder = newFolder();
    cpSync(join(template, 'data.mdb'), join(folder, 'data.mdb'));
    const bytes = readFileSync(join(folder, 'data.mdb'));
    change(bytes);
    writeFileSync(join(folder, 'data.mdb'), bytes);
    const { problems } = await repairFolder(folder);
    return { found: await contents(folder), problems: problems.join('\n') };
  }

  const spoil = (page: number) => (bytes: Buffer) => bytes.fill(0xa5, page * PAGE, (page + 1) * PAGE);

  it('is found by --repair, whichever it was, the root as well, and nothing that is out of date with it', async () => {
    const { branches } = pagesOf(template, 'data');
    expect(branches.length).toBeGreaterThan(2);
    expect(expected).toHaveLength(DOCUMENTS * 0.8);
    expect((await repaired(() => undefined)).problems).toBe('');
    for (const branch of branches) {
      const { found, problems } = await repaired(spoil(branch));
      expect(problems).toContain(`page ${String(branch)} `);
      expect(found).toEqual(expected);
    }
  });

  /** A branch page that leads to documents alone. */
  const ofDocuments = (): number => pagesOf(template, 'data').branches[2] as number;

  it('is left out, and told of, where the lists of free pages are damaged too', async () => {
    const list = pagesOf(template, 'free').leaves[0] as number;
    const { found, problems } = await repaired((bytes) => {
      spoil(ofDocuments())(bytes);
      spoil(list)(bytes);
    });
    expect(problems).toContain('cannot be told from free ones');
    expect(found.length).toBeLessThan(expected.length);
    expect(expected).toEqual(expect.arrayContaining(found));
  });

  it('is left out where its keys are those of another page', async () => {
    const [, lost, other] = pagesOf(template, 'data', ofDocuments()).leaves as [number, number, number];
    const { found, problems } = await repaired((bytes) => {
      bytes.copy(bytes, lost * PAGE + 8, other * PAGE + 8, (other + 1) * PAGE);
      spoil(ofDocuments())(bytes);
    });
    for (const page of [lost, other])
      expect(problems).toContain(`page ${String(page)} holds keys that lie elsewhere`);
    expect(found.length).toBeLessThan(expected.length);
    expect(expected).toEqual(expect.arrayContaining(found));
  });

  it.each(['sound', 'damaged'])(
    'is no page that part of a value looks like, the first of it %s',
    async (first) => {
      const { leaves, values } = pagesOf(template, 'data', ofDocuments());
      const [value, leaf] = [values[0], leaves.at(-1)] as [number, number];
      const { found, problems } = await repaired((bytes) => {
        const within = (value + 1) * PAGE;
        bytes.copy(bytes, within, leaf * PAGE, (leaf + 1) * PAGE);
        bytes.writeBigUInt64LE(BigInt(value + 1), within);
        if (first === 'damaged') spoil(value)(bytes);
        spoil(ofDocuments())(bytes);
      });
      // Taken for a page, it would have the keys of another.
      expect(problems).not.toContain('elsewhere');
      expect(expected).toEqual(expect.arrayContaining(found));
      if (first === 'sound') expect(found).toHaveLength(expected.length - 1);
      else expect(problems).toContain(`page ${String(value)} is in use, and damaged`);
    },
  );
});
