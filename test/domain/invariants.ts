import assert from 'node:assert/strict';
import type { Account } from '../../src/ledger/domain/account.js';
import { isMoneyEvent, type LedgerEvent } from '../../src/ledger/domain/events.js';
import { registerOf } from './naive-register.js';

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const changeOf = (event: { readonly postings: readonly { readonly amount_minor: number }[] }): number =>
  sum(event.postings.map((posting) => posting.amount_minor));

/**
 * What holds after every event and every command, whatever happened before. Plain assertions, since this runs some
 * tens of thousands of times, where jest's own take most of the time.
 */
export function assertInvariants(account: Account, events: readonly LedgerEvent[]): void {
  assertBalances(account, events);
  assertChains(events);
  assertStandingSum(account, events);
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

/** 4: an event is reversed at most once, the opening never, and a reversal is the exact opposite on the same day. */
function assertChains(events: readonly LedgerEvent[]): void {
  const reversedSeqs = new Set<number>();
  for (const event of events) {
    if (event.type !== 'TransactionReversed') continue;
    assert.ok(event.reverses_seq > 1, 'the opening is reversed');
    assert.ok(!reversedSeqs.has(event.reverses_seq), 'reversed twice');
    reversedSeqs.add(event.reverses_seq);
    const root = events[event.root_seq - 1];
    const negated = root?.postings.map((posting) => ({ ...posting, amount_minor: -posting.amount_minor }));
    assert.deepEqual(event.postings, negated);
    assert.equal(event.effective_on, root?.effective_on);
  }
}

/** 6: the balance is the sum of what stands, and a move changes no balance. */
function assertStandingSum(account: Account, events: readonly LedgerEvent[]): void {
  const standing = registerOf(events).filter((row) => row.role === 'root' && row.standing);
  assert.equal(sum(standing.map(changeOf)), account.balance_minor);
  for (const row of standing) {
    const change = changeOf(row);
    if (row.kind === 'move') assert.equal(change, 0);
    if (row.kind === 'deposit' || row.kind === 'payday') assert.ok(change > 0);
    if (row.kind === 'debit' || row.kind === 'withdrawal') assert.ok(change < 0);
  }
}
