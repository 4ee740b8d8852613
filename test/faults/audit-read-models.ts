import type { AccountFile, Posting, StoredEvent, StoredRow } from './stored-ledger.js';

const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);
const amountOf = ({ amount_minor }: Posting): number => amount_minor;

/** The stored account is the fold of its events, and its envelopes make up its balance. */
export function wrongState({ account, events, rows }: AccountFile): string[] {
  const folded = new Map<number, number>();
  for (const { envelope_id, amount_minor } of events.flatMap(({ postings }) => postings)) {
    folded.set(envelope_id, (folded.get(envelope_id) ?? 0) + amount_minor);
  }
  const problems = account.envelopes
    .filter(({ id, balance_minor }) => balance_minor !== (folded.get(id) ?? 0))
    .map(({ id, balance_minor }) => `envelope ${id}: ${balance_minor}, its events: ${folded.get(id) ?? 0}`);
  const below = account.envelopes.filter(({ balance_minor }) => balance_minor < 0);
  problems.push(...below.map(({ id }) => `envelope ${id} is below 0`));
  if (account.balance_minor !== sum(account.envelopes.map(({ balance_minor }) => balance_minor))) {
    problems.push('the envelopes do not make up the balance');
  }
  if (account.register_rows !== rows.length) problems.push(`${account.register_rows} rows counted`);
  return problems;
}

/** One row a money event, in order, each with what is left after it, and with what became of it since. */
export function wrongRegister({ account, events, rows }: AccountFile): string[] {
  const money = events.filter(({ postings }) => postings.length > 0);
  if (rows.map(({ _id }) => _id).join() !== money.map(({ _id }) => `${account.generation}/${_id}`).join()) {
    return [`${rows.length} rows in the register do not match ${money.length} money events`];
  }
  const problems = [...wrongRunningBalances(rows), ...wrongStanding(rows, money)];
  const last = rows.at(-1)?.balance_minor;
  if (account.balance_minor !== last)
    problems.push(`balance ${account.balance_minor}, the register: ${last ?? 'no row'}`);
  return problems;
}

function wrongRunningBalances(rows: readonly StoredRow[]): string[] {
  let balance = 0;
  const envelopes = new Map<number, number>();
  return rows.flatMap((row) => {
    balance += sum(row.postings.map(amountOf));
    const wrong = row.postings.filter(({ envelope_id, amount_minor, balance_minor }) => {
      const left = (envelopes.get(envelope_id) ?? 0) + amount_minor;
      envelopes.set(envelope_id, left);
      return left !== balance_minor;
    });
    const found = wrong.map(
      ({ envelope_id }) => `row ${row.seq}: envelope ${envelope_id} held something else`,
    );
    return row.balance_minor === balance ? found : [...found, `row ${row.seq} is not ${balance}`];
  });
}

/** A root stands while its chain is even, a reversal until it is reversed; roots name the last of their chain. */
function wrongStanding(rows: readonly StoredRow[], money: readonly StoredEvent[]): string[] {
  const chains = new Map<number, number[]>();
  for (const { seq, root_seq } of money) {
    if (root_seq !== undefined) chains.set(root_seq, [...(chains.get(root_seq) ?? []), seq]);
  }
  const reversed = new Set(money.map(({ reverses_seq }) => reverses_seq));
  return rows.flatMap(({ seq, role, standing, tip_seq }) => {
    const chain = chains.get(seq) ?? [];
    const stands = role === 'root' ? chain.length % 2 === 0 : !reversed.has(seq);
    const tip = role === 'root' ? chain.at(-1) : undefined;
    return [
      ...(standing === stands ? [] : [`row ${seq} stands: ${String(standing)}`]),
      ...(tip_seq === tip ? [] : [`row ${seq} ends its chain with ${String(tip_seq)}, not ${String(tip)}`]),
    ];
  });
}

/** Each envelope's months and days add up to what the events say. */
export function wrongTotals({ events, totals }: AccountFile): string[] {
  const expected = new Map<string, number>();
  const add = (into: Map<string, number>, key: string, amount: number) =>
    into.set(key, (into.get(key) ?? 0) + amount);
  for (const { effective_on, postings } of events) {
    for (const { envelope_id, amount_minor } of postings) {
      add(expected, `${envelope_id} ${effective_on.slice(0, 7)}`, amount_minor);
      add(expected, `${envelope_id} ${effective_on}`, amount_minor);
      add(expected, `${envelope_id} rows of ${effective_on}`, 1);
    }
  }
  const stored = new Map<string, number>();
  for (const { envelope_id, month, sum_minor = 0, days = {}, rows } of totals) {
    add(stored, `${envelope_id} ${month}`, sum_minor);
    for (const [day, amount] of Object.entries(days)) add(stored, `${envelope_id} ${month}-${day}`, amount);
    for (const [day, count] of Object.entries(rows))
      add(stored, `${envelope_id} rows of ${month}-${day}`, count);
  }
  return [...new Set([...expected.keys(), ...stored.keys()])]
    .filter((key) => (stored.get(key) ?? 0) !== (expected.get(key) ?? 0))
    .map((key) => `total ${key}: ${stored.get(key) ?? 'none'}, the events: ${expected.get(key) ?? 'none'}`);
}
