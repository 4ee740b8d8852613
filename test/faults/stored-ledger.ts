import type { Db } from 'mongodb';

import { wrongAnswers } from './audit-answers.js';
import { wrongChain, wrongTransfers } from './audit-log.js';
import { wrongRegister, wrongState, wrongTotals } from './audit-read-models.js';
import type { Outcome } from './outcome.js';

/** What the audit looks at in documents of the database. */
export interface Posting {
  readonly envelope_id: number;
  readonly amount_minor: number;
}

export interface StoredEvent {
  readonly _id: string;
  readonly account_id: string;
  readonly seq: number;
  readonly type: string;
  readonly prev_hash: string | null;
  readonly hash: string;
  readonly description?: string;
  readonly effective_on: string;
  readonly postings: readonly Posting[];
  readonly root_seq?: number;
  readonly reverses_seq?: number;
  readonly transfer_id?: string;
}

export interface StoredAccount {
  readonly _id: string;
  readonly household_id: string;
  readonly version: number;
  readonly head_hash: string;
  readonly balance_minor: number;
  readonly register_rows: number;
  readonly generation: number;
  readonly envelopes: readonly { readonly id: number; readonly balance_minor: number }[];
}

export interface StoredRow {
  readonly id: string;
  readonly seq: number;
  readonly role: string;
  readonly standing: boolean;
  readonly tip_seq: number | null;
  readonly postings: readonly (Posting & { readonly balance_minor: number })[];
  readonly balance_minor: number;
}

export interface StoredTotal {
  readonly envelope_id: number;
  readonly month: string;
  readonly sum_minor: number;
  readonly days: Readonly<Record<string, number>>;
}

/** Everything that is stored of one account, in order. */
export interface AccountFile {
  readonly account: StoredAccount;
  readonly events: readonly StoredEvent[];
  readonly rows: readonly StoredRow[];
  readonly totals: readonly StoredTotal[];
}

/** What is wrong in the database, in words; and how many events of these accounts it holds. */
export interface Audit {
  readonly events: number;
  readonly problems: string[];
}

/**
 * Reads all that is stored of a household's accounts and holds it against itself and against what was answered. It folds
 * the log by itself, with nothing of the service's.
 */
export async function audit(db: Db, ids: readonly string[], outcome: Outcome): Promise<Audit> {
  const problems: string[] = [];
  const log: StoredEvent[] = [];
  for (const id of ids) {
    const file = await fileOf(db, id);
    log.push(...file.events);
    const found = [...wrongChain(file), ...wrongState(file), ...wrongRegister(file), ...wrongTotals(file)];
    problems.push(...found.map((problem) => `${id}: ${problem}`));
  }
  problems.push(...wrongTransfers(log), ...wrongAnswers(log, outcome));
  return { events: log.length, problems };
}

async function fileOf(db: Db, account_id: string): Promise<AccountFile> {
  const account = await db.collection<StoredAccount>('accounts').findOne({ _id: account_id });
  if (!account) throw new Error(`${account_id} is gone`);
  const { household_id, generation } = account;
  const of = { household_id, account_id };
  const events = db.collection<StoredEvent>('transactions').find(of);
  const rows = db.collection<StoredRow>('register').find({ ...of, generation });
  const totals = db.collection<StoredTotal>('totals').find({ ...of, generation });
  return {
    account,
    events: await events.sort({ household_id: 1, account_id: 1, seq: 1 }).toArray(),
    rows: await rows.sort({ household_id: 1, account_id: 1, generation: 1, seq: 1 }).toArray(),
    totals: await totals.toArray(),
  };
}
