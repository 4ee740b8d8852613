import { MINOR_LIMIT } from '../../src/kernel/money.js';
import { given, givenAll } from './spec.js';
import { added, again, archived, ask, debited, deposited, moved, opened, overdraft, redone, restored, reversed, transferred, type Sketch } from './sketches.js'; // prettier-ignore

const MAX = MINOR_LIMIT - 1;
const backTo = (back_to: string, over: object = {}) => ask('UndoBackTo', { back_to, ...over });
const food = [opened(10), added(1, 'Food')];
const three = [...food, deposited(1, 5), moved(1, 0, 5), debited([0, -4])];

describe('undoing back to one', () => {
  it('takes back every standing transaction after it, the last one first', () => {
    const account = given(three)
      .when(backTo('tx_3'))
      .then([reversed(5, 'debit', [0, 4]), reversed(4, 'move', [1, 5], [0, -5])]);
    expect(account.envelopes.map((envelope) => envelope.balance_minor)).toEqual([10, 5]);
  });

  it('goes back to the opening', () => {
    given(three)
      .when(backTo('tx_1', { description: ' all wrong ' }))
      .then(
        [
          reversed(5, 'debit', [0, 4]),
          reversed(4, 'move', [1, 5], [0, -5]),
          reversed(3, 'deposit', [1, -5]),
        ].map((sketch) => ({ ...sketch, description: 'all wrong' })),
      );
  });

  it('passes over what is undone, and reverses the tip of what was redone', () => {
    given([...three, reversed(4, 'move', [1, 5], [0, -5])])
      .when(backTo('tx_1'))
      .then([reversed(5, 'debit', [0, 4]), reversed(3, 'deposit', [1, -5])]);
    given([...three, reversed(5, 'debit', [0, 4]), redone(6, 5, 'debit', [0, -4])])
      .when(backTo('tx_4'))
      .then([again('undo', 7, 5, 'debit', [0, 4])]);
  });

  it('may go back to one that is undone itself', () => {
    given([...food, deposited(1, 5), deposited(0, 6), reversed(3, 'deposit', [1, -5])])
      .when(backTo('tx_3'))
      .then([reversed(4, 'deposit', [0, -6])]);
  });

  it('is judged at its end: the way out where single undos would overdraw', () => {
    const spent = [...food, deposited(1, 5), debited([1, -5]), deposited(1, 3), debited([1, -3])];
    const chosen = [...spent, reversed(4, 'debit', [1, 5]), debited([1, -5])];
    given(chosen)
      .when(ask('UndoTransaction', { transaction_id: 'tx_3' }))
      .thenRefused('envelope_overdrawn');
    given(chosen)
      .when(backTo('tx_1'))
      .then([
        reversed(8, 'debit', [1, 5]),
        reversed(6, 'debit', [1, 3]),
        reversed(5, 'deposit', [1, -3]),
        reversed(3, 'deposit', [1, -5]),
      ]);
    const borrowed = [...food, debited([0, -10]), deposited(0, 10), debited([0, -4]), reversed(3, 'debit', [0, 10])]; // prettier-ignore
    given([...borrowed, debited([0, -9])])
      .when(backTo('tx_3'))
      .then([reversed(7, 'debit', [0, 9]), reversed(5, 'debit', [0, 4]), reversed(4, 'deposit', [0, -10])]);
  });

  it('is refused when the end breaks rule 7, naming every envelope', () => {
    given([...food, deposited(1, 5), debited([1, -5]), deposited(1, 5), reversed(3, 'deposit', [1, -5])])
      .when(backTo('tx_4'))
      .thenRefused('envelope_overdrawn', {
        account_id: 'acc_1',
        envelopes: [{ id: 1, name: 'Food', short_by_minor: 5 }],
      });
    const credit = [opened(0, overdraft(10)), deposited(0, 9), debited([0, -15]), deposited(0, 9)];
    given([...credit, reversed(2, 'deposit', [0, -9])])
      .when(backTo('tx_3'))
      .thenRefused('credit_limit_exceeded', { account_id: 'acc_1' });
  });

  it('keeps amounts in their range all along, since each reversal carries its balance', () => {
    const high = [
      opened(MAX),
      debited([0, -5]),
      deposited(0, 5),
      debited([0, -5]),
      reversed(2, 'debit', [0, 5]),
    ];
    given(high).when(backTo('tx_2')).thenRefused('balance_out_of_range');
  });

  it('is refused when nothing after it stands', () => {
    given(three).when(backTo('tx_5')).thenRefused('already_reversed');
    given([opened(1)])
      .when(backTo('tx_1'))
      .thenRefused('already_reversed');
  });

  it('is refused for a reversal, and for what is not there, fields coming first', () => {
    given([...three, reversed(5, 'debit', [0, 4])])
      .when(backTo('tx_6'))
      .thenRefused('not_a_money_transaction', { root_id: 'tx_5' });
    given(three).when(backTo('tx_2')).thenRefused('not_found');
    given(three)
      .when(backTo('tx_9', { description: '\u0000' }))
      .thenRefused('invalid_request');
  });

  it('is refused when another one was expected to be the last', () => {
    given(three)
      .when(backTo('tx_1', { expect: 'tx_4' }))
      .thenRefused('not_the_last', { last_id: 'tx_5' });
    given(three)
      .when(backTo('tx_1', { expect: 'tx_9' }))
      .thenRefused('not_found');
    given(three)
      .when(backTo('tx_4', { expect: 'tx_5' }))
      .then([reversed(5, 'debit', [0, 4])]);
  });

  it('takes back the other side of transfers', () => {
    const [out, back] = transferred('a', ['acc_1', 0, -4], ['acc_2', 0, 4]);
    const logs = {
      acc_1: [opened(10), out, deposited(0, 1)],
      acc_2: [opened(0, { account_id: 'acc_2', name: 'Savings' }), back],
    };
    const own = { transfer_id: 'out_a', counterpart: { account_id: 'acc_2', transaction_id: 'in_a' } };
    const other = { transfer_id: 'out_a', counterpart: { account_id: 'acc_1', transaction_id: 'out_a' } };
    givenAll(logs)
      .when(backTo('tx_1'))
      .then([
        ['acc_1', reversed(3, 'deposit', [0, -1])],
        ['acc_1', { ...reversed(2, 'transfer_out', [0, 4]), root_id: 'out_a', reverses_id: 'out_a', ...own }],
        ['acc_2', { ...reversed(2, 'transfer_in', [0, -4]), root_id: 'in_a', reverses_id: 'in_a', ...other }],
      ]);
  });

  it('restores an envelope once, and gives two of one name different ones', () => {
    const before: Sketch[] = [
      ...food,
      ...[deposited(1, 5), debited([1, -5]), archived(1)],
      ...[added(2, 'Food'), deposited(2, 3), debited([2, -3]), archived(2)],
    ];
    given(before)
      .when(backTo('tx_1'))
      .then([
        restored(2, 'Food'),
        reversed(8, 'debit', [2, 3]),
        reversed(7, 'deposit', [2, -3]),
        restored(1, 'Food (2)'),
        reversed(4, 'debit', [1, 5]),
        reversed(3, 'deposit', [1, -5]),
      ]);
  });

  it('takes 1,000 at once, not 1,001', () => {
    const many = (count: number) => Array.from({ length: count }, () => deposited(0, 1));
    const account = given([opened(0), ...many(1_000)])
      .when(backTo('tx_1'))
      .then(Array.from({ length: 1_000 }, (_, index) => reversed(1_001 - index, 'deposit', [0, -1])));
    expect(account.balance_minor).toBe(0);
    given([opened(0), ...many(1_001)])
      .when(backTo('tx_1'))
      .thenRefused('limit_reached', { limit: 1_000 });
    given([opened(0), ...many(1_001)])
      .when(backTo('tx_2'))
      .then(Array.from({ length: 1_000 }, (_, index) => reversed(1_002 - index, 'deposit', [0, -1])));
  });
});

describe('undoing the last, expecting one', () => {
  it('is refused when another one is the last, and when there is none such', () => {
    given(three)
      .when(ask('UndoLast', { expect: 'tx_5' }))
      .then([reversed(5, 'debit', [0, 4])]);
    given(three)
      .when(ask('UndoLast', { expect: 'tx_4' }))
      .thenRefused('not_the_last', { last_id: 'tx_5' });
    given(food)
      .when(ask('UndoLast', { expect: 'tx_3' }))
      .thenRefused('not_found');
    given(food)
      .when(ask('UndoLast', { expect: 'tx_1' }))
      .thenRefused('opening_cannot_be_undone');
  });
});
