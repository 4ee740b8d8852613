import { createHash } from 'node:crypto';
import type { Db } from 'mongodb';

import type { Asked, Outcome } from './writers.js';

interface Posting {
  readonly envelope_id: number;
  readonly amount_minor: number;
}

/** What the audit looks at in documents of the database. */
interface StoredEvent {
  readonly _id: string;
  readonly account_id: string;
  readonly seq: number;
  readonly prev_hash: string | null;
  readonly hash: string;
  readonly description?: string;
  readonly postings: readonly Posting[];
  readonly reverses_seq?: number;
}

interface StoredAccount {
  readonly _id: string;
  readonly household_id: string;
  readonly version: number;
  readonly head_hash: string;
  readonly balance_minor: number;
  readonly register_rows: number;
  readonly envelopes: readonly { readonly id: number; readonly balance_minor: number }[];
}

interface StoredRow {
  readonly id: string;
  readonly seq: number;
  readonly postings: readonly Posting[];
  readonly balance_minor: number;
}

/** What is wrong in the database, in words; and how many events it holds. */
export interface Audit {
  readonly events: number;
  readonly problems: string[];
}

/** Reads the whole log, every account and register, and holds them against each other and against what was answered. */
export async function audit(db: Db, outcome: Outcome): Promise<Audit> {
  const accounts = await db.collection<StoredAccount>('accounts').find().toArray();
  const problems: string[] = [];
  const log: StoredEvent[] = [];
  for (const account of accounts) {
    const of = { household_id: account.household_id, account_id: account._id };
    const inOrder = { household_id: 1, account_id: 1, seq: 1 } as const;
    const events = await db.collection<StoredEvent>('transactions').find(of).sort(inOrder).toArray();
    const rows = await db.collection<StoredRow>('register').find(of).sort(inOrder).toArray();
    log.push(...events);
    const found = [
      ...brokenChain(events),
      ...wrongState(account, events),
      ...wrongRegister(account, events, rows),
    ];
    problems.push(...found.map((problem) => `${account._id}: ${problem}`));
  }
  const orphans = (await db.collection('transactions').countDocuments({})) - log.length;
  if (orphans !== 0) problems.push(`${orphans} events without an account`);
  problems.push(...wrongAnswers(log, outcome));
  return { events: log.length, problems };
}

/** Sequences without gaps, each hash over its own document and the one before. */
function brokenChain(events: readonly StoredEvent[]): string[] {
  return events.flatMap((event, index) => {
    const seq = index + 1;
    if (event.seq !== seq) return [`seq ${event.seq} where ${seq} belongs`];
    if (event.prev_hash !== (events[index - 1]?.hash ?? null))
      return [`seq ${seq} does not follow the one before`];
    const { hash, ...rest } = event;
    const own = createHash('sha256').update(canonical(rest)).digest('hex');
    return own === hash ? [] : [`seq ${seq} is not what its hash says`];
  });
}

/** RFC 8785, written once more so that the service's own is checked, too. */
function canonical(value: unknown): string {
  if (value instanceof Date) return JSON.stringify(value.toISOString());
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`;
}

const total = (amounts: readonly number[]): number => amounts.reduce((sum, amount) => sum + amount, 0);

/** The stored account is the fold of its events, and its envelopes make up its balance. */
function wrongState(account: StoredAccount, events: readonly StoredEvent[]): string[] {
  const folded = new Map<number, number>();
  for (const { envelope_id, amount_minor } of events.flatMap(({ postings }) => postings)) {
    folded.set(envelope_id, (folded.get(envelope_id) ?? 0) + amount_minor);
  }
  const problems = account.envelopes
    .filter(({ id, balance_minor }) => balance_minor !== (folded.get(id) ?? 0))
    .map(
      ({ id, balance_minor }) =>
        `envelope ${id} holds ${balance_minor}, its events say ${folded.get(id) ?? 0}`,
    );
  if (account.balance_minor !== total(account.envelopes.map(({ balance_minor }) => balance_minor))) {
    problems.push('the envelopes do not make up the balance');
  }
  if (account.version !== events.length) problems.push(`version ${account.version}, ${events.length} events`);
  if (account.head_hash !== events.at(-1)?.hash) problems.push('the head hash is not that of the last event');
  return problems;
}

/** One row a money event, in order, each with the balance after it; the last one's is the account's. */
function wrongRegister(
  account: StoredAccount,
  events: readonly StoredEvent[],
  rows: readonly StoredRow[],
): string[] {
  const money = events.filter(({ postings }) => postings.length > 0);
  const problems: string[] = [];
  if (rows.map(({ id }) => id).join() !== money.map(({ _id }) => _id).join()) {
    problems.push(`${rows.length} rows in the register do not match ${money.length} money events`);
  }
  let balance = 0;
  for (const row of rows) {
    balance += total(row.postings.map(({ amount_minor }) => amount_minor));
    if (row.balance_minor !== balance)
      problems.push(`row ${row.seq} says ${row.balance_minor}, not ${balance}`);
  }
  if (account.balance_minor !== balance)
    problems.push(`balance ${account.balance_minor}, the register: ${balance}`);
  if (account.register_rows !== rows.length) problems.push(`${account.register_rows} rows counted`);
  return problems;
}

/** What was acknowledged is there once, what was not at most once, each whole. */
function wrongAnswers(log: readonly StoredEvent[], outcome: Outcome): string[] {
  const described = new Map<string, StoredEvent[]>();
  for (const event of log) {
    const description = event.description ?? '';
    described.set(description, [...(described.get(description) ?? []), event]);
  }
  const lost = outcome.acknowledged
    .filter(({ id, description }) => described.get(description)?.every(({ _id }) => _id === id) !== true)
    .map(({ description }) => `acknowledged and lost: ${description}`);
  const placed = new Map(log.map((event) => [placeOf(event.account_id, event.seq), event]));
  const others = [...outcome.sent].flatMap(([description, asked]) => {
    const events = described.get(description) ?? [];
    if (events.length > 1) return [`recorded ${events.length} times: ${description}`];
    return events
      .filter((event) => !isWhole(event, asked, placed))
      .map(() => `recorded in part: ${description}`);
  });
  return [...lost, ...others, ...outcome.surprises];
}

const placeOf = (account: string, seq: number | undefined): string => `${account}/${seq ?? 0}`;

/** Whether an event moves what was asked for; an undo, whether it takes back exactly what it reverses. */
function isWhole(event: StoredEvent, asked: Asked, placed: ReadonlyMap<string, StoredEvent>): boolean {
  const expected =
    asked === 'undo' ? reversed(placed.get(placeOf(event.account_id, event.reverses_seq))) : asked;
  return (
    event.postings.length === expected.size &&
    event.postings.every(({ envelope_id, amount_minor }) => expected.get(envelope_id) === amount_minor)
  );
}

function reversed(event: StoredEvent | undefined): Map<number, number> {
  return new Map(
    (event?.postings ?? []).map(({ envelope_id, amount_minor }) => [envelope_id, -amount_minor]),
  );
}
