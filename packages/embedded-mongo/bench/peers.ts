import { join } from 'node:path';
import { serialize } from 'bson';
import Database from 'libsql';
import { open } from 'lmdb';
import { account, accountId, ACCOUNTS, entry } from './workloads.js';

/** Somebody else who can do the ledger's transaction. */
export interface Peer {
  /** One ledger transaction on the account of that number; resolves when it is durable. */
  transaction(number: number): Promise<void>;
  close(): Promise<void>;
}

/** SQLite in this process: WAL, synchronous FULL, one writer, prepared statements. */
export function sqlite(folder: string): Peer {
  const database = new Database(join(folder, 'ledger.sqlite'));
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  database.exec(`
    CREATE TABLE accounts (id TEXT PRIMARY KEY, version INTEGER NOT NULL, balance INTEGER NOT NULL, state TEXT NOT NULL);
    CREATE TABLE entries (id TEXT PRIMARY KEY, household_id TEXT, account_id TEXT, seq INTEGER, reverses_seq INTEGER, body TEXT);
    CREATE UNIQUE INDEX by_seq ON entries (household_id, account_id, seq);
    CREATE UNIQUE INDEX by_reversal ON entries (household_id, account_id, reverses_seq) WHERE reverses_seq IS NOT NULL;
  `);
  const insertAccount = database.prepare('INSERT INTO accounts VALUES (?, 1, 0, ?)');
  const find = database.prepare('SELECT version, balance FROM accounts WHERE id = ?');
  const update = database.prepare(
    'UPDATE accounts SET version = ?, balance = ? WHERE id = ? AND version = ?',
  );
  const insert = database.prepare('INSERT INTO entries VALUES (?, ?, ?, ?, NULL, ?)');
  database.exec('BEGIN');
  for (let number = 0; number < ACCOUNTS; number += 1) {
    insertAccount.run(accountId(number), JSON.stringify(account(accountId(number))));
  }
  database.exec('COMMIT');
  let count = 0;
  return {
    transaction(number) {
      const id = accountId(number);
      database.exec('BEGIN IMMEDIATE');
      const { version, balance } = find.get(id) as { version: number; balance: number };
      update.run(version + 1, balance + 1, id, version);
      const event = entry(id, version + 1, `tx_${String((count += 1))}`);
      insert.run(event._id, 'hh_1', id, version + 1, JSON.stringify(event));
      database.exec('COMMIT');
      return Promise.resolve();
    },
    close() {
      database.close();
      return Promise.resolve();
    },
  };
}

/** Bare lmdb: the same puts (the account, the event, its two index entries), one `batch` a transaction. */
export function bareLmdb(folder: string): Peer {
  const store = open<Uint8Array, string>({
    path: join(folder, 'bare.mdb'),
    noSubdir: true,
    encoding: 'binary',
    overlappingSync: false,
  });
  const versions = new Map<number, number>();
  let count = 0;
  return {
    async transaction(number) {
      const id = accountId(number);
      const version = (versions.get(number) ?? 1) + 1;
      versions.set(number, version);
      const event = entry(id, version, `tx_${String((count += 1))}`);
      const state = serialize({ ...account(id), version });
      const stored = serialize(event);
      await store.batch(() => {
        void store.put(id, state);
        void store.put(event._id, stored);
        void store.put(`hh_1/${id}/${String(version)}`, Buffer.from(event._id));
        void store.put(`id/${event._id}`, Buffer.from(id));
      });
    },
    close: () => store.close(),
  };
}
