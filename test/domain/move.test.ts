import { MINOR_LIMIT } from '../../src/kernel/money.js';
import { given } from './spec.js';
import { added, archived, ask, debited, deposited, moved, opened, overdraft } from './sketches.js';

const MAX = MINOR_LIMIT - 1;
const food = [opened(10_00), added(1, 'Food'), added(2, 'Rent'), deposited(1, 50_00)];
const short = (id: number, name: string, short_by_minor: number) => ({
  account_id: 'acc_1',
  envelopes: [{ id, name, short_by_minor }],
});
const move = (from_id: number, to_id: number, amount_minor: number) =>
  ask('MoveMoney', { from_id, to_id, amount_minor });

const WRONG_AMOUNTS = [0, -0, -1, 0.5, NaN, Infinity, MINOR_LIMIT];
const wrong = (field: string) => ({ errors: [{ field, message: expect.any(String) }] });

describe('a move', () => {
  it('takes from one envelope what it gives to another', () => {
    const account = given(food)
      .when(move(1, 2, 50_00))
      .then([moved(1, 2, 50_00)]);
    expect(account.envelopes.map((envelope) => envelope.balance_minor)).toEqual([10_00, 0, 50_00]);
    expect(account.balance_minor).toBe(60_00);
  });

  it('never takes more than the source holds, even where the account can go negative', () => {
    given(food)
      .when(move(1, 2, 50_01))
      .thenRefused('envelope_overdrawn', short(1, 'Food', 1));
    const free = [opened(10_00, overdraft()), added(1, 'Food'), debited([1, -3_00])];
    given(free)
      .when(move(0, 1, 10_01))
      .thenRefused('envelope_overdrawn', short(0, 'Available', 1));
    given(free)
      .when(move(1, 0, 1))
      .thenRefused('envelope_overdrawn', short(1, 'Food', 3_01));
    given(free)
      .when(move(0, 1, 10_00))
      .then([moved(0, 1, 10_00)]);
  });

  it('keeps an envelope within the range', () => {
    const spread = [
      opened(0, overdraft()),
      added(1, 'Food'),
      added(2, 'Rent'),
      debited([1, -MAX]),
      deposited(0, MAX),
    ];
    given([...spread, deposited(2, 1)])
      .when(move(2, 0, 1))
      .thenRefused('balance_out_of_range');
    given([...spread, deposited(2, 1), debited([0, -1])])
      .when(move(2, 0, 1))
      .then([moved(2, 0, 1)]);
  });

  it('works at the far end of the range, where its first posting alone would not', () => {
    const deep = [
      opened(0, overdraft()),
      added(1, 'Food'),
      added(2, 'Rent'),
      debited([1, -MAX]),
      deposited(2, 5),
    ];
    given(deep)
      .when(move(2, 0, 5))
      .then([moved(2, 0, 5)]);
    const deeper = [...deep, debited([0, -5])];
    const account = given(deeper)
      .when(move(2, 0, 5))
      .then([moved(2, 0, 5)]);
    expect(account.balance_minor).toBe(-MAX);
  });

  it('onto itself is refused', () => {
    given(food)
      .when(move(1, 1, 1))
      .thenRefused('invalid_request', wrong('to_id'));
  });

  it.each(WRONG_AMOUNTS)('of %p is refused', (amount) => {
    given(food)
      .when(move(1, 2, amount))
      .thenRefused('invalid_request', wrong('amount'));
  });

  it('is refused out of, and into, an archived or unknown envelope', () => {
    const before = [...food, archived(2)];
    given(before)
      .when(move(1, 2, 1))
      .thenRefused('envelope_archived');
    given(before)
      .when(move(2, 1, 1))
      .thenRefused('envelope_archived');
    given(before)
      .when(move(1, 3, 1))
      .thenRefused('not_found');
    given(before)
      .when(move(3, 1, 1))
      .thenRefused('not_found');
  });
});
