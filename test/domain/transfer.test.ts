import { MINOR_LIMIT } from '../../src/kernel/money.js';
import { given, givenAll, type SketchedLogs } from './spec.js';
import { added, archived, ask, debited, deposited, opened, overdraft, reversed, transferred, type Sketch } from './sketches.js'; // prettier-ignore

const MAX = MINOR_LIMIT - 1;
const savings = (balance = 0, over: object = {}): Sketch =>
  opened(balance, { account_id: 'acc_2', name: 'Savings', ...over });
const yen = (balance = 0): Sketch => savings(balance, { account_id: 'acc_3', name: 'Yen', currency: 'JPY' });
const two: SketchedLogs = {
  acc_1: [opened(100), added(1, 'Food')],
  acc_2: [savings(10), added(1, 'Trip')],
};
const withYen = { ...two, acc_3: [yen()] };
const transfer = (over: object = {}) =>
  ask('TransferMoney', {
    to_account_id: 'acc_2',
    amount_minor: 40,
    from_envelope_id: 0,
    to_envelope_id: 0,
    sent_id: 'out_a',
    received_id: 'in_a',
    ...over,
  });
const wrong = (field: string) => ({ errors: [{ field, message: expect.any(String) }] });
const both = ([out, back]: readonly [Sketch, Sketch], to = 'acc_2') =>
  [
    ['acc_1', out],
    [to, back],
  ] as const;

describe('a transfer', () => {
  it('takes money out of one account and puts it into another', () => {
    const { acc_1, acc_2 } = givenAll(two)
      .when(transfer({ to_envelope_id: 1 }))
      .then(both(transferred('a', ['acc_1', 0, -40], ['acc_2', 1, 40])));
    expect([acc_1!.balance_minor, acc_2!.balance_minor]).toEqual([60, 50]);
    expect([acc_1!.last_root_seq, acc_2!.last_root_seq]).toEqual([3, 3]);
  });

  it('keeps its day and its description on both sides', () => {
    const [out, back] = transferred('a', ['acc_1', 0, -40], ['acc_2', 0, 40]);
    const told = { effective_on: '2025-12-31', description: 'rainy days' };
    givenAll(two)
      .when(transfer({ ...told, description: ' rainy days ' }))
      .then(
        both([
          { ...out, ...told },
          { ...back, ...told },
        ]),
      );
  });

  it('between currencies takes both amounts as they are told', () => {
    const { acc_3 } = givenAll(withYen)
      .when(transfer({ to_account_id: 'acc_3', to_amount_minor: 6_000 }))
      .then(both(transferred('a', ['acc_1', 0, -40], ['acc_3', 0, 6_000]), 'acc_3'));
    expect(acc_3!.balance_minor).toBe(6_000);
  });

  it('needs both amounts between currencies, and one within a currency', () => {
    givenAll(withYen)
      .when(transfer({ to_account_id: 'acc_3' }))
      .thenRefused('invalid_request', wrong('to_amount'));
    givenAll(two)
      .when(transfer({ to_amount_minor: 40 }))
      .thenRefused('invalid_request', wrong('to_amount'));
  });

  it.each([0, -1, 0.5, NaN, MINOR_LIMIT])('of %p, or with that arriving, is refused', (amount) => {
    givenAll(two)
      .when(transfer({ amount_minor: amount }))
      .thenRefused('invalid_request', wrong('amount'));
    givenAll(withYen)
      .when(transfer({ to_account_id: 'acc_3', to_amount_minor: amount }))
      .thenRefused('invalid_request', wrong('to_amount'));
  });

  it('to its own account is refused', () => {
    givenAll(two)
      .when(transfer({ to_account_id: 'acc_1' }))
      .thenRefused('invalid_request', wrong('to_account_id'));
  });

  it('is refused a description that is too long', () => {
    givenAll(two)
      .when(transfer({ description: 'x'.repeat(501) }))
      .thenRefused('invalid_request', wrong('description'));
  });

  it('is refused to an account or envelope that is not there, before what is wrong with the amounts of both', () => {
    givenAll(two)
      .when(transfer({ to_account_id: 'acc_9', to_amount_minor: 1 }))
      .thenRefused('not_found');
    givenAll(two)
      .when(transfer({ from_envelope_id: 9 }))
      .thenRefused('not_found');
    givenAll(two)
      .when(transfer({ to_envelope_id: 9 }))
      .thenRefused('not_found');
    givenAll({ ...two, acc_2: [savings(0, { household_id: 'hh_2' })] })
      .when(transfer())
      .thenRefused('not_found');
  });

  it('is refused with an archived envelope, naming the account', () => {
    givenAll({ ...two, acc_1: [...two['acc_1']!, archived(1)] })
      .when(transfer({ from_envelope_id: 1 }))
      .thenRefused('envelope_archived', { account_id: 'acc_1', envelope_id: 1 });
    givenAll({ ...two, acc_2: [...two['acc_2']!, archived(1)] })
      .when(transfer({ to_envelope_id: 1 }))
      .thenRefused('envelope_archived', { account_id: 'acc_2', envelope_id: 1 });
  });

  it('takes what there is, not more, unless the account can go negative', () => {
    givenAll(two)
      .when(transfer({ amount_minor: 101 }))
      .thenRefused('envelope_overdrawn', {
        account_id: 'acc_1',
        currency: 'USD',
        envelopes: [{ id: 0, name: 'Available', short_by_minor: 1 }],
      });
    const credit = { ...two, acc_1: [opened(0, overdraft(40))] };
    givenAll(credit)
      .when(transfer())
      .then(both(transferred('a', ['acc_1', 0, -40], ['acc_2', 0, 40])));
    givenAll(credit)
      .when(transfer({ amount_minor: 41 }))
      .thenRefused('credit_limit_exceeded', { account_id: 'acc_1' });
  });

  it('stays in the range of amounts on either side', () => {
    givenAll({ acc_1: [opened(100)], acc_2: [savings(MAX - 39)] })
      .when(transfer())
      .thenRefused('balance_out_of_range');
    givenAll({ acc_1: [opened(100)], acc_2: [savings(MAX - 40)] })
      .when(transfer())
      .then(both(transferred('a', ['acc_1', 0, -40], ['acc_2', 0, 40])));
  });
});

describe('the undo of a transfer', () => {
  const [out, back] = transferred('a', ['acc_1', 0, -40], ['acc_2', 1, 40]);
  const done = { acc_1: [...two['acc_1']!, out], acc_2: [...two['acc_2']!, back] };
  const side = (account: 'acc_1' | 'acc_2', role: 'undo' | 'redo', tip: [number, string]): Sketch => {
    const [own, other, kind] =
      account === 'acc_1' ? ([out, back, 'transfer_out'] as const) : ([back, out, 'transfer_in'] as const);
    const [{ envelope_id, amount_minor }] = own.postings as [(typeof own.postings)[number]];
    const sign = role === 'undo' ? -1 : 1;
    return {
      ...reversed(3, kind, [envelope_id, sign * amount_minor]),
      role,
      root_id: own._id,
      ...{ reverses_seq: tip[0], reverses_id: tip[1] },
      transfer_id: 'out_a',
      counterpart: {
        account_id: account === 'acc_1' ? 'acc_2' : 'acc_1',
        transaction_id: other._id,
      },
    };
  };
  const undone = {
    acc_1: [...done.acc_1, side('acc_1', 'undo', [3, 'out_a'])],
    acc_2: [...done.acc_2, side('acc_2', 'undo', [3, 'in_a'])],
  };

  it('takes back both sides, the one asked first, from either', () => {
    givenAll(done)
      .when(ask('UndoLast', {}))
      .then([
        ['acc_1', side('acc_1', 'undo', [3, 'out_a'])],
        ['acc_2', side('acc_2', 'undo', [3, 'in_a'])],
      ]);
    givenAll(done)
      .when(ask('UndoTransaction', { transaction_id: 'in_a' }), 'acc_2')
      .then([
        ['acc_2', side('acc_2', 'undo', [3, 'in_a'])],
        ['acc_1', side('acc_1', 'undo', [3, 'out_a'])],
      ]);
  });

  it('is redone from either side, whichever it was undone from', () => {
    const { acc_1, acc_2 } = givenAll(undone)
      .when(ask('RedoLast', {}), 'acc_2')
      .then([
        ['acc_2', side('acc_2', 'redo', [4, 'acc_2_tx_4'])],
        ['acc_1', side('acc_1', 'redo', [4, 'tx_4'])],
      ]);
    expect([acc_1!.balance_minor, acc_2!.balance_minor]).toEqual([60, 50]);
  });

  it('is refused when the other account would be short, and names it', () => {
    const spent = { ...done, acc_2: [...done.acc_2, debited([1, -15])] };
    givenAll(spent)
      .when(ask('UndoLast', {}))
      .thenRefused('envelope_overdrawn', {
        account_id: 'acc_2',
        envelopes: [{ id: 1, name: 'Trip', short_by_minor: 15 }],
      });
  });

  it('is the last of an account whatever came after it on the other side', () => {
    givenAll({ ...done, acc_2: [...done.acc_2, deposited(0, 5)] })
      .when(ask('UndoLast', {}))
      .then([
        ['acc_1', side('acc_1', 'undo', [3, 'out_a'])],
        ['acc_2', side('acc_2', 'undo', [3, 'in_a'])],
      ]);
  });

  it('restores an archived envelope of the other account', () => {
    const logs = { ...done, acc_2: [...done.acc_2, debited([1, -40]), archived(1), deposited(0, 40)] };
    givenAll(logs).when(ask('UndoLast', {})).thenRefused('envelope_overdrawn', { account_id: 'acc_2' });
    const back2 = { ...undone, acc_2: [...undone.acc_2, archived(1)] };
    givenAll(back2)
      .when(ask('RedoLast', {}))
      .then([
        ['acc_1', side('acc_1', 'redo', [4, 'tx_4'])],
        ['acc_2', { type: 'EnvelopeRestored', effective_on: '2026-03-15', postings: [], envelope_id: 1, name: 'Trip' }],
        ['acc_2', side('acc_2', 'redo', [4, 'acc_2_tx_4'])],
      ]); // prettier-ignore
  });

  it('is of another account than the one asked: not found there', () => {
    givenAll(done)
      .when(ask('UndoTransaction', { transaction_id: 'in_a' }))
      .thenRefused('not_found');
  });

  it('ends redoing in the account that receives a transfer', () => {
    const undo = { ...reversed(3, 'debit', [0, 3]), root_id: 'acc_2_tx_3', reverses_id: 'acc_2_tx_3' };
    const before = [savings(10), added(1, 'Trip'), debited([0, -3]), undo];
    givenAll({ ...done, acc_2: [...before, back] })
      .when(ask('RedoLast', {}), 'acc_2')
      .thenRefused('nothing_to_redo');
    givenAll({ acc_2: before })
      .when(ask('RedoLast', { expect: 'acc_2_tx_3' }), 'acc_2')
      .then([['acc_2', { ...undo, role: 'redo', postings: [{ envelope_id: 0, amount_minor: -3 }], reverses_seq: 4, reverses_id: 'acc_2_tx_4' }]]); // prettier-ignore
  });
});

describe('a transfer without an account to send from', () => {
  it('is not found', () => {
    given([]).when(transfer()).thenRefused('not_found');
  });
});
