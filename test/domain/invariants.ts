import assert from 'node:assert/strict';
import type { Account } from '../../src/ledger/domain/account.js';
import { isMoneyEvent, isRootEvent, type LedgerEvent } from '../../src/ledger/domain/events.js';
import type { RegisterFact } from '../../src/ledger/domain/facts.js';
import type { Logbook } from './logbook.js';
import { idOf } from './naive-register.js';

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const changeOf = (event: { readonly postings: readonly { readonly amount_minor: number }[] }): number =>
  sum(event.postings.map((posting) => posting.amount_minor));

/**
 * What holds after every event and every command, whatever happened before. Plain assertions, since this runs some
 * tens of thousands of times, where jest's own take most of the time.
 */
export function assertInvariants(logbook: Logbook): void {
  const { accounts, logs } = logbook;
  const rows = logbook.register();
  for (const [id, account] of accounts) {
    const events = logs.get(id) ?? [];
    assertBalances(account, events);
    assertChains(id, events);
    const roots = rows.filter((row) => row.account_id === id && row.role === 'root');
    assertStandingSum(account, roots);
    assertRule7(account);
    assert.equal(account.last_root_seq, roots.at(-1)?.seq);
    if (account.state === 'closed') {
      for (const envelope of account.envelopes) assert.equal(envelope.balance_minor, 0, 'closed, not empty');
    }
  }
  assertTransfers(rows, accounts);
}

function assertRule7(account: Account): void {
  if (!account.can_go_negative) {
    for (const envelope of account.envelopes) assert.ok(envelope.balance_minor >= 0, 'rule 7: below 0');
  } else if (account.credit_limit_minor !== null) {
    assert.ok(account.balance_minor >= -account.credit_limit_minor, 'rule 7: beyond the credit limit');
  }
}

/** 1 and 3: the envelopes add up to the balance, sequences have no gaps, archived envelopes are empty. */
function assertBalances(account: Account, events: readonly LedgerEvent[]): void {
  assert.equal(sum(account.envelopes.map((envelope) => envelope.balance_minor)), account.balance_minor);
  assert.equal(account.version, events.length);
  assert.equal(events.at(-1)?.balance_minor, account.balance_minor);
  account.envelopes.forEach((envelope, index) => {
    assert.equal(envelope.id, index);
    if (envelope.archived) assert.equal(envelope.balance_minor, 0);
  });
  for (const event of events) {
    const ids = event.postings.map((posting) => posting.envelope_id);
    assert.equal(new Set(ids).size, ids.length, 'an envelope is posted to twice');
    if (!isMoneyEvent(event)) assert.equal(ids.length, 0);
    if (event.type === 'AccountOpened') continue;
    for (const posting of event.postings) assert.notEqual(posting.amount_minor, 0);
  }
}

/** 4: an event is reversed at most once, the opening never; a reversal is the opposite of its chain's tip, that day. */
function assertChains(account_id: string, events: readonly LedgerEvent[]): void {
  const tips = new Map<number, { seq: number; role: string }>();
  events.forEach((event, index) => {
    const seq = index + 1;
    if (isRootEvent(event)) tips.set(seq, { seq, role: 'root' });
    if (event.type !== 'TransactionReversed') return;
    assert.ok(event.root_seq > 1, 'the opening is reversed');
    const tip = tips.get(event.root_seq);
    assert.equal(event.reverses_seq, tip?.seq, 'not the tip of its chain');
    assert.equal(event.role, tip?.role === 'undo' ? 'redo' : 'undo');
    tips.set(event.root_seq, { seq, role: event.role });
    const reversed = events[event.reverses_seq - 1]!;
    assert.equal(event.reverses_id, idOf(reversed, event.reverses_seq, account_id));
    assert.equal(event.root_id, idOf(events[event.root_seq - 1]!, event.root_seq, account_id));
    const negated = reversed.postings.map((posting) => ({ ...posting, amount_minor: -posting.amount_minor }));
    assert.deepEqual(event.postings, negated);
    assert.equal(event.effective_on, reversed.effective_on);
  });
}

const SIGNS: Partial<Record<RegisterFact['kind'], number>> = {
  deposit: 1,
  payday: 1,
  transfer_in: 1,
  debit: -1,
  withdrawal: -1,
  transfer_out: -1,
  move: 0,
};

/** 6: the balance is the sum of what stands, each kind with its sign, and a move changes no balance. */
function assertStandingSum(account: Account, roots: readonly RegisterFact[]): void {
  assert.equal(sum(roots.filter((row) => row.standing).map(changeOf)), account.balance_minor);
  for (const row of roots) {
    const sign = SIGNS[row.kind];
    if (sign !== undefined) assert.equal(Math.sign(changeOf(row)), sign);
  }
}

/** 5 and 6: both sides of a transfer stand or fall together; within one currency it conserves money. */
function assertTransfers(rows: readonly RegisterFact[], accounts: ReadonlyMap<string, Account>): void {
  for (const row of rows.filter(({ kind, role }) => kind === 'transfer_out' && role === 'root')) {
    const other = row.counterpart;
    assert.ok(other, 'half a transfer');
    assert.equal(other.standing, row.standing);
    assert.equal(other.effective_on, row.effective_on);
    const currencies = [row, other].map(({ account_id }) => accounts.get(account_id)?.currency);
    if (currencies[0] === currencies[1]) assert.equal(changeOf(other), -changeOf(row));
  }
}
