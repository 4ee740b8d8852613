import { MINOR_LIMIT } from '../../src/kernel/money.js';
import { given } from './spec.js';
import type { Amounts } from './sketches.js';
import {
  added,
  amounts,
  archived,
  ask,
  opened,
  overdraft,
  paid,
  payerAdded,
  payerRemoved,
} from './sketches.js';

const before = [opened(), added(1, 'Food'), added(2, 'Rent'), payerAdded(1, 'Work', 100_00, [[1, 40_00]])];
const other = (payer: string, amount_minor: number, split: Amounts) =>
  ask('ReceiveOtherPay', { payer, amount_minor, split: amounts(split) });
const wrong = (field: string) => ({ errors: [{ field, message: expect.any(String) }] });

describe('a payday from a payer', () => {
  it('follows its pay and its split, the remainder to Available', () => {
    const account = given(before)
      .when(ask('ReceivePay', { payer_id: 1 }))
      .then([paid(1, 'Work', [1, 40_00], [0, 60_00])]);
    expect(account.envelopes.map((envelope) => envelope.balance_minor)).toEqual([60_00, 40_00, 0]);
  });

  it('takes another amount over the same split', () => {
    given(before)
      .when(ask('ReceivePay', { payer_id: 1, amount_minor: 40_00 }))
      .then([paid(1, 'Work', [1, 40_00])]);
    given(before)
      .when(ask('ReceivePay', { payer_id: 1, amount_minor: 39_99 }))
      .thenRefused('split_exceeds_amount');
  });

  it('takes another split of the same amount, an empty one too', () => {
    given(before)
      .when(
        ask('ReceivePay', {
          payer_id: 1,
          split: amounts([
            [2, 10_00],
            [1, 90_00],
          ]),
        }),
      )
      .then([paid(1, 'Work', [2, 10_00], [1, 90_00])]);
    given(before)
      .when(ask('ReceivePay', { payer_id: 1, split: [] }))
      .then([paid(1, 'Work', [0, 100_00])]);
  });

  it('does not change the payer', () => {
    const account = given(before)
      .when(ask('ReceivePay', { payer_id: 1, amount_minor: 5, split: [] }))
      .then([paid(1, 'Work', [0, 5])]);
    expect(account.payers).toEqual([
      { id: 1, name: 'Work', amount_minor: 100_00, split: amounts([[1, 40_00]]) },
    ]);
  });

  it('is refused from an unknown or removed payer', () => {
    given(before)
      .when(ask('ReceivePay', { payer_id: 2 }))
      .thenRefused('not_found');
    given([...before, payerRemoved(1)])
      .when(ask('ReceivePay', { payer_id: 1 }))
      .thenRefused('not_found');
  });

  it('is refused wrong amounts before an unknown payer', () => {
    given(before)
      .when(ask('ReceivePay', { payer_id: 2, amount_minor: 0 }))
      .thenRefused('invalid_request', wrong('amount'));
    given(before)
      .when(ask('ReceivePay', { payer_id: 2, split: amounts([[0, -1]]) }))
      .thenRefused('invalid_request', wrong('split[0].amount'));
    given(before)
      .when(ask('ReceivePay', { payer_id: 2, description: '\u0007' }))
      .thenRefused('invalid_request', wrong('description'));
  });
});

describe('a payday from anybody', () => {
  it('goes to Available without a split', () => {
    given(before)
      .when(other(' Aunt May ', 25_00, []))
      .then([paid(null, 'Aunt May', [0, 25_00])]);
  });

  it('adds the remainder to what the split gives Available', () => {
    given(before)
      .when(
        other('Aunt May', 25_00, [
          [0, 5_00],
          [2, 10_00],
        ]),
      ) // prettier-ignore
      .then([paid(null, 'Aunt May', [0, 15_00], [2, 10_00])]);
  });

  it('adds up what a split gives one envelope twice', () => {
    given(before)
      .when(
        other('Aunt May', 25_00, [
          [1, 5_00],
          [1, 20_00],
        ]),
      ) // prettier-ignore
      .then([paid(null, 'Aunt May', [1, 25_00])]);
  });

  it('is refused a split beyond the amount', () => {
    given(before)
      .when(other('Aunt May', 25_00, [[1, 25_01]]))
      .thenRefused('split_exceeds_amount');
    given(before)
      .when(
        other('Aunt May', 1, [
          [1, MINOR_LIMIT - 1],
          [2, MINOR_LIMIT - 1],
        ]),
      ) // prettier-ignore
      .thenRefused('split_exceeds_amount');
  });

  it.each([
    ['payer', ' ', 1, []],
    ['amount', 'May', 0, []],
    ['amount', 'May', MINOR_LIMIT, []],
    ['split[0].amount', 'May', 5, [[1, 0]]],
  ] as [string, string, number, Amounts][])('is refused a wrong %s', (field, payer, amount, split) => {
    given(before)
      .when(other(payer, amount, split))
      .thenRefused('invalid_request', wrong(field));
  });

  it('is refused a description with control characters', () => {
    given(before)
      .when(ask('ReceiveOtherPay', { payer: 'May', amount_minor: 1, split: [], description: '\u0007' }))
      .thenRefused('invalid_request', wrong('description'));
  });

  it('is refused into an archived or unknown envelope', () => {
    given([...before, archived(2)])
      .when(other('May', 5, [[2, 1]]))
      .thenRefused('envelope_archived', { envelope_id: 2 });
    given(before)
      .when(other('May', 5, [[3, 1]]))
      .thenRefused('not_found');
  });

  it('takes an account to its limit, not beyond it', () => {
    const rich = [opened(MINOR_LIMIT - 2, overdraft()), added(1, 'Food')];
    given(rich)
      .when(other('May', 1, [[1, 1]]))
      .then([paid(null, 'May', [1, 1])]);
    given(rich)
      .when(other('May', 2, [[1, 1]]))
      .thenRefused('balance_out_of_range');
  });

  it('has at most 100 postings, the remainder included', () => {
    const many = [opened(), ...Array.from({ length: 100 }, (_, index) => added(index + 1, `E${index}`))];
    const split: Amounts = Array.from({ length: 100 }, (_, index) => [index + 1, 1] as const);
    given(many)
      .when(other('May', 100, split))
      .then([paid(null, 'May', ...split)]);
    given(many)
      .when(other('May', 101, split))
      .thenRefused('limit_reached', { limit: 100 });
  });
});
