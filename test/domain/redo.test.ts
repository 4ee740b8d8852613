import { given } from './spec.js';
import { added, again, archived, ask, changed, debited, deposited, opened, overdraft, redone, restored, reversed } from './sketches.js'; // prettier-ignore

const redoLast = ask('RedoLast', {});
const redo = (transaction_id: string) => ask('RedoTransaction', { transaction_id });
const food = [opened(10), added(1, 'Food')];
const two = [...food, deposited(1, 5), deposited(1, 6)];
const undone = [...two, reversed(4, 'deposit', [1, -6]), reversed(3, 'deposit', [1, -5])];

describe('redoing the last undo', () => {
  it('takes the last one that was undone first, back to where it was', () => {
    given(undone)
      .when(redoLast)
      .then([redone(6, 3, 'deposit', [1, 5])]);
    const account = given([...undone, redone(6, 3, 'deposit', [1, 5])])
      .when(redoLast)
      .then([redone(5, 4, 'deposit', [1, 6])]);
    expect(account).toMatchObject({ balance_minor: 21, last_root_seq: 4 });
    given([...undone, redone(6, 3, 'deposit', [1, 5]), redone(5, 4, 'deposit', [1, 6])])
      .when(redoLast)
      .thenRefused('nothing_to_redo');
  });

  it('keeps the day, with a description of its own', () => {
    const october = { effective_on: '2025-10-31' };
    given([...food, { ...deposited(1, 5), ...october }, { ...reversed(3, 'deposit', [1, -5]), ...october }])
      .when(ask('RedoLast', { description: ' after all ', effective_on: '2025-11-15' }))
      .then([{ ...redone(4, 3, 'deposit', [1, 5]), ...october, description: 'after all' }]);
  });

  it('takes back what an undo after a redo did', () => {
    const thrice = [
      ...two,
      reversed(4, 'deposit', [1, -6]),
      redone(5, 4, 'deposit', [1, 6]),
      again('undo', 6, 4, 'deposit', [1, -6]),
    ];
    given(thrice)
      .when(redoLast)
      .then([redone(7, 4, 'deposit', [1, 6])]);
  });

  it('ends with a new transaction, not with anything else', () => {
    given([...undone, deposited(0, 1)])
      .when(redoLast)
      .thenRefused('nothing_to_redo');
    given([...undone, added(2, 'Rent'), changed({ name: 'X' })])
      .when(redoLast)
      .then([redone(6, 3, 'deposit', [1, 5])]);
    given([...undone, deposited(0, 1), reversed(7, 'deposit', [0, -1])])
      .when(redoLast)
      .then([redone(8, 7, 'deposit', [0, 1])]);
  });

  it('is refused when nothing was undone', () => {
    given(two).when(redoLast).thenRefused('nothing_to_redo');
    given([opened(0)])
      .when(redoLast)
      .thenRefused('nothing_to_redo');
  });

  it('is refused when another one was expected', () => {
    given(undone)
      .when(ask('RedoLast', { expect: 'tx_4' }))
      .thenRefused('not_the_last', { last_id: 'tx_3' });
    given(undone)
      .when(ask('RedoLast', { expect: 'tx_3' }))
      .then([redone(6, 3, 'deposit', [1, 5])]);
    given(undone)
      .when(ask('RedoLast', { expect: 'tx_6' }))
      .thenRefused('not_the_last');
  });

  it('of one that belongs to no batch takes it alone, asked for its batch', () => {
    given(undone)
      .when(ask('RedoLast', { whole_batch: true }))
      .then([redone(6, 3, 'deposit', [1, 5])]);
  });

  it('is refused a description that is too long', () => {
    given(undone)
      .when(ask('RedoLast', { description: 'x'.repeat(501) }))
      .thenRefused('invalid_request');
  });
});

describe('redoing a chosen one', () => {
  it('has no limit in time', () => {
    given([...undone, deposited(0, 1)])
      .when(redo('tx_4'))
      .then([redone(5, 4, 'deposit', [1, 6])]);
  });

  it('is refused for one that stands, the opening too', () => {
    given(two).when(redo('tx_4')).thenRefused('not_undone');
    given(two).when(redo('tx_1')).thenRefused('not_undone');
  });

  it('is refused for a reversal, and for what is not there, fields coming after that', () => {
    given(undone).when(redo('tx_5')).thenRefused('not_a_money_transaction', { root_id: 'tx_4' });
    given([...undone, redone(6, 3, 'deposit', [1, 5])])
      .when(redo('tx_7'))
      .thenRefused('not_a_money_transaction', { root_id: 'tx_3' });
    given(undone)
      .when({ ...redo('tx_9'), description: 'x'.repeat(501) })
      .thenRefused('not_found');
    given(undone)
      .when({ ...redo('tx_4'), description: 'x'.repeat(501) })
      .thenRefused('invalid_request');
  });

  it('makes it the last one only where it was recorded last', () => {
    const back = [...two, reversed(3, 'deposit', [1, -5]), redone(5, 3, 'deposit', [1, 5])];
    given(back)
      .when(ask('UndoLast', {}))
      .then([reversed(4, 'deposit', [1, -6])]);
  });
});

describe('a redo is judged on the account as it is now', () => {
  const spent = [...food, deposited(1, 5), debited([1, -5]), reversed(4, 'debit', [1, 5])];

  it('and refused when an envelope would be short', () => {
    given([...spent, debited([1, -3])])
      .when(redo('tx_4'))
      .thenRefused('envelope_overdrawn', { envelopes: [{ id: 1, name: 'Food', short_by_minor: 3 }] });
  });

  it('and goes down to the credit limit, not beyond it', () => {
    const credit = [opened(0, overdraft(10)), debited([0, -10]), reversed(2, 'debit', [0, 10])];
    given(credit)
      .when(redoLast)
      .then([redone(3, 2, 'debit', [0, -10])]);
    given([...credit, debited([0, -1])])
      .when(redo('tx_2'))
      .thenRefused('credit_limit_exceeded');
  });

  it('and restores an archived envelope in the same commit, under the next free name', () => {
    const before = [...food, deposited(1, 5), reversed(3, 'deposit', [1, -5]), archived(1), added(2, 'food')];
    given(before)
      .when(redoLast)
      .then([restored(1, 'Food (2)'), redone(4, 3, 'deposit', [1, 5])]);
  });
});
