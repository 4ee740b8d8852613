import { createHash } from 'node:crypto';
import type { Db, Document, WithId } from 'mongodb';

import type { Asked, Outcome } from './writers.js';

type Stored = WithId<Document> & { _id: string & Document['_id'] };

/** What is wrong in the database, in words; and how many events it holds. */
export interface Audit {
  readonly events: number;
  readonly problems: string[];
}

/** Reads the whole log, every account and register, and holds them against each other and against what was answered. */
export async function audit(db: Db, outcome: Outcome): Promise<Audit> {
  const accounts = await all(db, 'accounts', {});
  const problems: string[] = [];
  const log: Stored[] = [];
  for (const account of accounts) {
    const of = { household_id: account['household_id'] as string, account_id: account._id };
    const events = await all(db, 'transactions', of);
    const rows = await all(db, 'register', of);
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

async function all(db: Db, collection: string, filter: Document): Promise<Stored[]> {
  const found = await db
    .collection(collection)
    .find(filter)
    .sort({ household_id: 1, account_id: 1, seq: 1 })
    .toArray();
  return found as unknown as Stored[];
}

/** Sequences without gaps, each hash over its own document and the one before. */
function brokenChain(events: readonly Stored[]): string[] {
  return events.flatMap((event, index) => {
    const seq = index + 1;
    if (event['seq'] !== seq) return [`seq ${event['seq']} where ${seq} belongs`];
    const before = (events[index - 1]?.['hash'] as string | undefined) ?? null;
    if (event['prev_hash'] !== before) return [`seq ${seq} does not follow the one before`];
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

interface Posting {
  readonly envelope_id: number;
  readonly amount_minor: number;
}

const postingsOf = (event: Document): Posting[] => (event['postings'] as Posting[] | undefined) ?? [];
const total = (amounts: readonly number[]): number => amounts.reduce((sum, amount) => sum + amount, 0);
const changeOf = (event: Document): number =>
  total(postingsOf(event).map(({ amount_minor }) => amount_minor));

/** The stored account is the fold of its events, and its envelopes make up its balance. */
function wrongState(account: Stored, events: readonly Stored[]): string[] {
  const folded = new Map<number, number>();
  for (const { envelope_id, amount_minor } of events.flatMap(postingsOf)) {
    folded.set(envelope_id, (folded.get(envelope_id) ?? 0) + amount_minor);
  }
  const envelopes = account['envelopes'] as { id: number; balance_minor: number }[];
  const problems = envelopes
    .filter(({ id, balance_minor }) => balance_minor !== (folded.get(id) ?? 0))
    .map(
      ({ id, balance_minor }) => `envelope ${id} holds ${balance_minor}, its events say ${folded.get(id)}`,
    );
  if (account['balance_minor'] !== total(envelopes.map(({ balance_minor }) => balance_minor))) {
    problems.push('the envelopes do not make up the balance');
  }
  if (account['version'] !== events.length)
    problems.push(`version ${account['version']}, ${events.length} events`);
  if (account['head_hash'] !== events.at(-1)?.['hash'])
    problems.push('the head hash is not that of the last event');
  return problems;
}

/** One row a money event, in order, each with the balance after it; the last one's is the account's. */
function wrongRegister(account: Stored, events: readonly Stored[], rows: readonly Stored[]): string[] {
  const money = events.filter((event) => postingsOf(event).length > 0);
  const problems: string[] = [];
  if (JSON.stringify(rows.map((row) => row['id'])) !== JSON.stringify(money.map((event) => event._id))) {
    problems.push(`${rows.length} rows in the register do not match ${money.length} money events`);
  }
  let balance = 0;
  for (const row of rows) {
    balance += changeOf(row);
    if (row['balance_minor'] !== balance)
      problems.push(`row ${row['seq']} says ${row['balance_minor']}, not ${balance}`);
  }
  if (account['balance_minor'] !== balance)
    problems.push(`balance ${account['balance_minor']}, the register: ${balance}`);
  if (account['register_rows'] !== rows.length) problems.push(`${account['register_rows']} rows counted`);
  return problems;
}

/** What was acknowledged is there once, what was not at most once, each whole; and nothing else is. */
function wrongAnswers(log: readonly Stored[], outcome: Outcome): string[] {
  const bySentence = new Map<string, Stored[]>();
  for (const event of log) {
    const description = (event['description'] as string | undefined) ?? '';
    bySentence.set(description, [...(bySentence.get(description) ?? []), event]);
  }
  const lost = outcome.acknowledged
    .filter(({ id, description }) => bySentence.get(description)?.every((event) => event._id === id) !== true)
    .map(({ description }) => `acknowledged and lost: ${description}`);
  const seqOf = new Map(log.map((event) => [`${event['account_id']}/${event['seq']}`, event]));
  const others = [...outcome.sent].flatMap(([description, asked]) => {
    const events = bySentence.get(description) ?? [];
    if (events.length > 1) return [`recorded ${events.length} times: ${description}`];
    return events
      .filter((event) => !isWhole(event, asked, seqOf))
      .map(() => `recorded in part: ${description}`);
  });
  return [...lost, ...others, ...outcome.surprises];
}

/** Whether an event moves what was asked for; an undo, whether it takes back exactly what it reverses. */
function isWhole(event: Stored, asked: Asked, log: ReadonlyMap<string, Stored>): boolean {
  const expected =
    asked === 'undo' ? reversed(log.get(`${event['account_id']}/${event['reverses_seq']}`)) : asked;
  const postings = postingsOf(event);
  return (
    postings.length === expected.size &&
    postings.every(({ envelope_id, amount_minor }) => expected.get(envelope_id) === amount_minor)
  );
}

function reversed(event: Stored | undefined): Map<number, number> {
  return new Map(
    postingsOf(event ?? {}).map(({ envelope_id, amount_minor }) => [envelope_id, -amount_minor]),
  );
}
