import { MINOR_LIMIT } from '../../src/kernel/money.js';
import { given } from './spec.js';
import type { Amounts } from './sketches.js';
import { added, amounts, archived, ask, opened, payerAdded, payerChanged, payerRemoved } from './sketches.js';

const before = [opened(), added(1, 'Food'), added(2, 'Rent')];
const work = payerAdded(1, 'Work', 100_00, [[1, 40_00]]);
const add = (name: string, amount_minor: number, split: Amounts) =>
  ask('AddPayer', { name, amount_minor, split: amounts(split) });

describe('adding a payer', () => {
  it('keeps its pay and its split', () => {
    const account = given(before)
      .when(
        add(' Work ', 100_00, [
          [2, 60_00],
          [1, 40_00],
        ]),
      )
      .then([
        payerAdded(1, 'Work', 100_00, [
          [2, 60_00],
          [1, 40_00],
        ]),
      ]);
    expect(account.payers).toEqual([
      { id: 1, name: 'Work', amount_minor: 100_00, split: amounts([[2, 60_00], [1, 40_00]]) }, // prettier-ignore
    ]);
  });

  it('needs no split, and no name of its own', () => {
    given([...before, work])
      .when(add('Work', 1, []))
      .then([payerAdded(2, 'Work', 1, [])]);
  });

  it('adds up what a split gives one envelope twice', () => {
    given(before)
      .when(
        add('Work', 100_00, [
          [1, 40_00],
          [2, 1],
          [1, 59_99],
        ]),
      )
      .then([
        payerAdded(1, 'Work', 100_00, [
          [1, 99_99],
          [2, 1],
        ]),
      ]);
  });

  it('refuses a split beyond its pay', () => {
    given(before)
      .when(
        add('Work', 100_00, [
          [1, 40_00],
          [2, 60_01],
        ]),
      )
      .thenRefused('split_exceeds_amount');
    given(before)
      .when(
        add('Work', MINOR_LIMIT - 1, [
          [1, MINOR_LIMIT - 1],
          [1, MINOR_LIMIT - 1],
        ]),
      )
      .thenRefused('split_exceeds_amount');
  });

  it('refuses a split over an archived or unknown envelope', () => {
    given([...before, archived(1)])
      .when(add('Work', 100_00, [[1, 1]]))
      .thenRefused('envelope_archived', { envelope_id: 1 });
    given([...before, archived(1)])
      .when(
        add('Work', 100_00, [
          [1, 1],
          [3, 1],
        ]),
      )
      .thenRefused('not_found');
  });

  it.each([
    ['payer', '', 100, []],
    ['payer', 'x'.repeat(101), 100, []],
    ['amount', 'Work', 0, []],
    ['amount', 'Work', -5, []],
    ['amount', 'Work', 1.5, []],
    ['amount', 'Work', MINOR_LIMIT, []],
    ['split[0].amount', 'Work', 100, [[1, 0]]],
    ['split[1].amount', 'Work', 100, [[1, 1], [9, -1]]], // prettier-ignore
  ] as [string, string, number, Amounts][])('refuses a wrong %s', (field, name, amount, split) => {
    given(before)
      .when(add(name, amount, split))
      .thenRefused('invalid_request', { errors: [{ field, message: expect.any(String) }] });
  });

  it('stops at 200', () => {
    const payers = Array.from({ length: 200 }, (_, index) => payerAdded(index + 1, 'P', 1, []));
    given([opened(), ...payers.slice(1).map((payer, index) => ({ ...payer, payer_id: index + 1 }))])
      .when(add('Last', 1, []))
      .then([payerAdded(200, 'Last', 1, [])]);
    given([opened(), ...payers])
      .when(add('Last', 1, []))
      .thenRefused('limit_reached', { limit: 200 });
    given([opened(), ...payers, payerRemoved(7)])
      .when(add('Last', 1, []))
      .then([payerAdded(201, 'Last', 1, [])]);
  });

  it('refuses a split whose pay would have more than 100 postings', () => {
    const many = [opened(), ...Array.from({ length: 100 }, (_, index) => added(index + 1, `E${index}`))];
    const split: Amounts = Array.from({ length: 100 }, (_, index) => [index + 1, 1] as const);
    given(many)
      .when(add('Work', 100, split))
      .then([payerAdded(1, 'Work', 100, split)]);
    given(many)
      .when(add('Work', 101, split))
      .thenRefused('limit_reached', { limit: 100 });
    given(many)
      .when(add('Work', 101, split.slice(1)))
      .then([payerAdded(1, 'Work', 101, split.slice(1))]);
  });
});

describe('changing a payer', () => {
  const given1 = given([...before, work]);

  it('changes what is given', () => {
    given1
      .when(ask('ChangePayer', { payer_id: 1, name: ' Job' }))
      .then([payerChanged(1, 'Job', 100_00, [[1, 40_00]])]);
    given1
      .when(ask('ChangePayer', { payer_id: 1, amount_minor: 40_00 }))
      .then([payerChanged(1, 'Work', 40_00, [[1, 40_00]])]);
    const account = given1
      .when(ask('ChangePayer', { payer_id: 1, split: amounts([[2, 5]]) }))
      .then([payerChanged(1, 'Work', 100_00, [[2, 5]])]);
    expect(account.payers).toEqual([{ id: 1, name: 'Work', amount_minor: 100_00, split: amounts([[2, 5]]) }]);
  });

  it('leaves the others as they are', () => {
    const account = given([...before, work, payerAdded(2, 'Rent', 5, [])])
      .when(ask('ChangePayer', { payer_id: 2, amount_minor: 6 }))
      .then([payerChanged(2, 'Rent', 6, [])]);
    expect(account.payers.map((payer) => payer.amount_minor)).toEqual([100_00, 6]);
  });

  it('that already is so records nothing', () => {
    given1.when(ask('ChangePayer', { payer_id: 1 })).then([]);
    given1
      .when(
        ask('ChangePayer', { payer_id: 1, name: 'Work', amount_minor: 100_00, split: amounts([[1, 40_00]]) }),
      )
      .then([]);
  });

  it('refuses what the whole payer may not be', () => {
    given1.when(ask('ChangePayer', { payer_id: 1, amount_minor: 39_99 })).thenRefused('split_exceeds_amount');
    given1.when(ask('ChangePayer', { payer_id: 1, amount_minor: 0 })).thenRefused('invalid_request');
    given1.when(ask('ChangePayer', { payer_id: 1, name: ' ' })).thenRefused('invalid_request');
    given1.when(ask('ChangePayer', { payer_id: 1, split: amounts([[1, 0]]) })).thenRefused('invalid_request');
    given1.when(ask('ChangePayer', { payer_id: 1, split: amounts([[8, 1]]) })).thenRefused('not_found');
    given([...before, archived(2), work])
      .when(ask('ChangePayer', { payer_id: 1, split: amounts([[2, 1]]) }))
      .thenRefused('envelope_archived', { envelope_id: 2 });
  });

  it('does not find an unknown one, whatever else is wrong', () => {
    given1.when(ask('ChangePayer', { payer_id: 2, name: '' })).thenRefused('not_found');
  });
});

describe('removing a payer', () => {
  it('removes it for good', () => {
    const account = given([...before, work])
      .when(ask('RemovePayer', { payer_id: 1 }))
      .then([payerRemoved(1)]);
    expect(account.payers).toEqual([]);
    given([...before, work, payerRemoved(1)])
      .when(ask('RemovePayer', { payer_id: 1 }))
      .thenRefused('not_found');
  });

  it('never gives its id to another', () => {
    given([...before, work, payerRemoved(1)])
      .when(add('Shop', 1, []))
      .then([payerAdded(2, 'Shop', 1, [])]);
  });
});
