import { MINOR_LIMIT } from '../../src/kernel/money.js';
import { given } from './spec.js';
import type { Amounts, Sketch } from './sketches.js';
import {
  added,
  amounts,
  archived,
  ask,
  debited,
  deposited,
  opened,
  overdraft,
  withdrawn,
} from './sketches.js';

const MAX = MINOR_LIMIT - 1;
const food = [opened(10_00), added(1, 'Food'), added(2, 'Rent'), deposited(1, 50_00)];
const many = Array.from({ length: 101 }, (_, index) => added(index + 1, `E${index}`));
const short = (id: number, name: string, short_by_minor: number) => ({
  account_id: 'acc_1',
  envelopes: [{ id, name, short_by_minor }],
});
const deposit = (envelope_id: number, amount_minor: number) =>
  ask('DepositMoney', { envelope_id, amount_minor });
const debit = (...postings: Amounts) => ask('DebitMoney', { postings: amounts(postings) });
const withdraw = (envelope_id: number, amount_minor: number) =>
  ask('WithdrawCash', { envelope_id, amount_minor });

const WRONG_AMOUNTS = [0, -0, -1, 0.5, NaN, Infinity, MINOR_LIMIT];
const wrong = (field: string) => ({ errors: [{ field, message: expect.any(String) }] });

describe('a deposit', () => {
  it('puts money into an envelope', () => {
    const account = given(food)
      .when(deposit(1, 5_25))
      .then([deposited(1, 5_25)]);
    expect(account.envelopes.map((envelope) => envelope.balance_minor)).toEqual([10_00, 55_25, 0]);
    expect(account.balance_minor).toBe(65_25);
  });

  it('keeps its day and its description', () => {
    given(food)
      .when(
        ask('DepositMoney', {
          envelope_id: 0,
          amount_minor: 1,
          effective_on: '2025-12-31',
          description: ' gift ',
        }),
      )
      .then([{ ...deposited(0, 1), effective_on: '2025-12-31', description: 'gift' } as Sketch]);
  });

  it.each(WRONG_AMOUNTS)('of %p is refused', (amount) => {
    given(food).when(deposit(1, amount)).thenRefused('invalid_request', wrong('amount'));
  });

  it('is refused a description that is too long', () => {
    given(food)
      .when(ask('DepositMoney', { envelope_id: 0, amount_minor: 1, description: 'x'.repeat(501) }))
      .thenRefused('invalid_request', wrong('description'));
    given(food)
      .when(ask('DepositMoney', { envelope_id: 0, amount_minor: 1, description: 'x'.repeat(500) }))
      .then([{ ...deposited(0, 1), description: 'x'.repeat(500) } as Sketch]);
  });

  it('is refused into an archived or unknown envelope', () => {
    given([...food, archived(2)])
      .when(deposit(2, 1))
      .thenRefused('envelope_archived', { envelope_id: 2 });
    given(food).when(deposit(3, 1)).thenRefused('not_found');
  });

  it('fills an account to its limit, not beyond it', () => {
    given([opened(MAX - 1), added(1, 'Food')])
      .when(deposit(1, 1))
      .then([deposited(1, 1)]);
    given([opened(MAX), added(1, 'Food')])
      .when(deposit(1, 1))
      .thenRefused('balance_out_of_range');
  });

  it('moves as much in all as whole numbers count exactly, not more, neither forwards nor back', () => {
    const to_and_fro = Array.from({ length: 9 }, (_, time) =>
      time % 2 === 0 ? deposited(0, MAX) : debited([0, -MAX]),
    );
    const left = Number.MAX_SAFE_INTEGER - 9 * MAX;
    const exhausted = [opened(0), ...to_and_fro];
    given(exhausted)
      .when(debit([0, left]))
      .then([debited([0, -left])]);
    given(exhausted)
      .when(debit([0, left + 1]))
      .thenRefused('limit_reached', { limit: Number.MAX_SAFE_INTEGER });
    given(exhausted)
      .when(ask('UndoLast', {}))
      .thenRefused('limit_reached', { limit: Number.MAX_SAFE_INTEGER });
  });

  it('fills an envelope to its limit, not beyond it, also where others are below 0', () => {
    const spread = [opened(0, overdraft()), added(1, 'Food'), debited([1, -MAX])];
    given([...spread, deposited(0, MAX - 1)])
      .when(deposit(0, 1))
      .then([deposited(0, 1)]);
    given([...spread, deposited(0, MAX)])
      .when(deposit(0, 1))
      .thenRefused('balance_out_of_range');
  });
});

describe('a debit', () => {
  it('takes money out of one envelope, down to 0', () => {
    given(food)
      .when(debit([1, 50_00]))
      .then([debited([1, -50_00])]);
    given(food)
      .when(debit([1, 50_01]))
      .thenRefused('envelope_overdrawn', short(1, 'Food', 1));
  });

  it('takes it out of several', () => {
    const account = given(food)
      .when(debit([1, 20_00], [0, 10_00]))
      .then([debited([1, -20_00], [0, -10_00])]);
    expect(account.envelopes.map((envelope) => envelope.balance_minor)).toEqual([0, 30_00, 0]);
  });

  it('adds up what it takes out of one envelope twice', () => {
    given(food)
      .when(debit([1, 20_00], [0, 1], [1, 30_00]))
      .then([debited([1, -50_00], [0, -1])]);
    given(food)
      .when(debit([1, 20_00], [1, 30_01]))
      .thenRefused('envelope_overdrawn', short(1, 'Food', 1));
  });

  it('names every envelope that is short', () => {
    given(food)
      .when(debit([2, 7], [1, 50_00], [0, 10_05]))
      .thenRefused('envelope_overdrawn', {
        account_id: 'acc_1',
        envelopes: [
          { id: 2, name: 'Rent', short_by_minor: 7 },
          { id: 0, name: 'Available', short_by_minor: 5 },
        ],
      });
  });

  it('goes below 0 where the account can, down to the credit limit', () => {
    const credit = [opened(10_00, overdraft(20_00)), added(1, 'Food')];
    const account = given(credit)
      .when(debit([1, 30_00]))
      .then([debited([1, -30_00])]);
    expect(account).toMatchObject({ balance_minor: -20_00, envelopes: [{ balance_minor: 10_00 }, { balance_minor: -30_00 }] }); // prettier-ignore
    given(credit)
      .when(debit([1, 30_01]))
      .thenRefused('credit_limit_exceeded', { account_id: 'acc_1' });
  });

  it('goes as far below 0 as numbers go where there is no credit limit', () => {
    const free = [opened(0, overdraft()), added(1, 'Food')];
    given(free)
      .when(debit([1, MAX]))
      .then([debited([1, -MAX])]);
    given([...free, debited([1, -MAX])])
      .when(debit([0, 1]))
      .thenRefused('balance_out_of_range');
    given([...free, debited([1, -MAX]), deposited(0, MAX)])
      .when(debit([1, 1]))
      .thenRefused('balance_out_of_range');
  });

  it('is refused when its total is beyond the range, whatever the account holds', () => {
    given([opened(MAX, overdraft()), added(1, 'Food')])
      .when(debit([0, MAX], [1, 1]))
      .thenRefused('balance_out_of_range');
    given([opened(MAX, overdraft())])
      .when(debit([0, MAX], [0, MAX]))
      .thenRefused('balance_out_of_range');
  });

  it('takes 100 postings, not 101', () => {
    const full = [opened(0, overdraft()), ...many];
    const list = (count: number, amount: number): Amounts =>
      Array.from({ length: count }, (_, index) => [index, amount] as const);
    given(full)
      .when(debit(...list(100, 1)))
      .then([debited(...list(100, -1))]);
    given(full)
      .when(debit(...list(101, 1)))
      .thenRefused('limit_reached', { limit: 100 });
  });

  it.each(WRONG_AMOUNTS)('of %p is refused', (amount) => {
    given(food)
      .when(debit([0, 1], [1, amount]))
      .thenRefused('invalid_request', wrong('postings[1].amount'));
  });

  it('of nothing is refused', () => {
    given(food).when(debit()).thenRefused('invalid_request', wrong('postings'));
  });

  it('is refused from an archived or unknown envelope, the unknown first', () => {
    const before = [...food, archived(2)];
    given(before)
      .when(debit([1, 1], [2, 1]))
      .thenRefused('envelope_archived', { envelope_id: 2 });
    given(before)
      .when(debit([2, 1], [3, 1]))
      .thenRefused('not_found');
  });
});

describe('a cash withdrawal', () => {
  it('takes money out of an envelope, down to 0', () => {
    const account = given(food)
      .when(withdraw(1, 50_00))
      .then([withdrawn(1, 50_00)]);
    expect(account.balance_minor).toBe(10_00);
    given(food)
      .when(withdraw(1, 50_01))
      .thenRefused('envelope_overdrawn', short(1, 'Food', 1));
  });

  it('keeps the credit limit', () => {
    const credit = [opened(10_00, overdraft(5_00))];
    given(credit)
      .when(withdraw(0, 15_00))
      .then([withdrawn(0, 15_00)]);
    given(credit).when(withdraw(0, 15_01)).thenRefused('credit_limit_exceeded');
  });

  it.each(WRONG_AMOUNTS)('of %p is refused', (amount) => {
    given(food).when(withdraw(1, amount)).thenRefused('invalid_request', wrong('amount'));
  });

  it('is refused from an archived or unknown envelope', () => {
    given([...food, archived(2)])
      .when(withdraw(2, 1))
      .thenRefused('envelope_archived');
    given(food).when(withdraw(3, 1)).thenRefused('not_found');
  });
});
