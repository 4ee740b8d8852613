import { MINOR_LIMIT } from '../../src/kernel/money.js';
import { given } from './spec.js';
import type { Sketch } from './sketches.js';
import { added, again, archived, ask, changed, debited, deposited, moved, opened, overdraft, paid, payerAdded, payerRemoved, redone, renamed, restored, reversed, withdrawn } from './sketches.js'; // prettier-ignore

const MAX = MINOR_LIMIT - 1;
const undoLast = ask('UndoLast', {});
const undo = (transaction_id: string) => ask('UndoTransaction', { transaction_id });
const food = [opened(10_00), added(1, 'Food'), added(2, 'Rent')];

describe('undoing the last', () => {
  const each: [string, Sketch, Sketch][] = [
    ['deposit', deposited(1, 5), reversed(4, 'deposit', [1, -5])],
    ['debit', debited([0, -7], [2, -1]), reversed(4, 'debit', [0, 7], [2, 1])],
    ['withdrawal', withdrawn(0, 9), reversed(4, 'withdrawal', [0, 9])],
    ['move', moved(0, 1, 8), reversed(4, 'move', [0, 8], [1, -8])],
    [
      'payday',
      paid(1, 'Work', [1, 3], [0, 4]),
      { ...reversed(4, 'payday', [1, -3], [0, -4]), payer: 'Work' },
    ],
  ];
  it.each(each)('reverses a %s exactly', (_, event, reversal) => {
    given([...food, event])
      .when(undoLast)
      .then([reversal]);
  });

  it('keeps the day of what it reverses, with a description of its own', () => {
    given([...food, { ...deposited(1, 5), effective_on: '2025-10-31', description: 'gift' } as Sketch])
      .when(ask('UndoLast', { effective_on: '2025-11-15', description: ' wrong ' }))
      .then([{ ...reversed(4, 'deposit', [1, -5]), effective_on: '2025-10-31', description: 'wrong' }]);
  });

  it('tells whose pay it takes back, as the redo does', () => {
    const payday = paid(1, 'Work', [0, 5]);
    const history = [opened(0), payerAdded(1, 'Work', 5, []), payday, payerRemoved(1)];
    const back = { ...reversed(3, 'payday', [0, -5]), payer: 'Work' };
    given(history).when(undoLast).then([back]);
    given([...history, back])
      .when(ask('RedoLast', {}))
      .then([{ ...redone(5, 3, 'payday', [0, 5]), payer: 'Work' }]);
  });

  it('goes back one by one, down to the opening and never further', () => {
    const history = [...food, deposited(1, 5), moved(1, 2, 3), debited([2, -1])];
    const back = [
      reversed(6, 'debit', [2, 1]),
      reversed(5, 'move', [1, 3], [2, -3]),
      reversed(4, 'deposit', [1, -5]),
    ];
    back.forEach((reversal, index) => {
      given([...history, ...back.slice(0, index)])
        .when(undoLast)
        .then([reversal]);
    });
    given([...history, ...back])
      .when(undoLast)
      .thenRefused('opening_cannot_be_undone');
  });

  it('passes over what has no transaction of its own', () => {
    given([
      ...food,
      deposited(1, 5),
      renamed(1, 'Groceries'),
      payerAdded(1, 'Work', 5, []),
      changed({ name: 'X' }),
    ])
      .when(undoLast)
      .then([reversed(4, 'deposit', [1, -5])]);
  });

  it('passes over what was undone by choice, and takes what came after an undo first', () => {
    const chosen = [...food, deposited(1, 5), deposited(2, 6), reversed(5, 'deposit', [2, -6])];
    given(chosen)
      .when(undoLast)
      .then([reversed(4, 'deposit', [1, -5])]);
    given([...chosen, deposited(0, 7)])
      .when(undoLast)
      .then([reversed(7, 'deposit', [0, -7])]);
  });

  it('is refused when only the opening stands', () => {
    given([opened(10_00)])
      .when(undoLast)
      .thenRefused('opening_cannot_be_undone');
    given([opened(0)])
      .when(undoLast)
      .thenRefused('opening_cannot_be_undone');
  });

  it('is refused a description that is too long', () => {
    given([...food, deposited(1, 5)])
      .when(ask('UndoLast', { description: 'x'.repeat(501) }))
      .thenRefused('invalid_request');
  });
});

describe('undoing a chosen one', () => {
  const history = [...food, deposited(1, 5), deposited(2, 6), deposited(0, 7)];

  it('reverses it wherever it is', () => {
    given(history)
      .when(undo('tx_5'))
      .then([reversed(5, 'deposit', [2, -6])]);
  });

  it('is refused the second time', () => {
    given([...history, reversed(5, 'deposit', [2, -6])])
      .when(undo('tx_5'))
      .thenRefused('already_reversed');
  });

  it('is refused for the opening', () => {
    given(history).when(undo('tx_1')).thenRefused('opening_cannot_be_undone');
  });

  it('is refused for an undo, naming what that one undid', () => {
    given([...history, reversed(5, 'deposit', [2, -6])])
      .when(undo('tx_7'))
      .thenRefused('not_a_money_transaction', { root_id: 'tx_5' });
  });

  it('is refused for what does not exist, or is no transaction', () => {
    given(history).when(undo('tx_99')).thenRefused('not_found');
    given(history).when(undo('tx_2')).thenRefused('not_found');
    given(history)
      .when(ask('UndoTransaction', { transaction_id: 'tx_99', description: '\u0000' }))
      .thenRefused('not_found');
    given(history)
      .when(ask('UndoTransaction', { transaction_id: 'tx_5', description: '\u0000' }))
      .thenRefused('invalid_request');
  });

  it('reverses the tip of the chain of one that was redone', () => {
    const redo = redone(5, 4, 'deposit', [1, 5]);
    given([...food, deposited(1, 5), reversed(4, 'deposit', [1, -5]), redo])
      .when(undo('tx_4'))
      .then([again('undo', 6, 4, 'deposit', [1, -5])]);
  });
});

describe('an undo is judged on the account as it is now', () => {
  it('and refused when an envelope would be short', () => {
    given([...food, deposited(1, 5_00), debited([1, -4_00])])
      .when(undo('tx_4'))
      .thenRefused('envelope_overdrawn', {
        account_id: 'acc_1',
        envelopes: [{ id: 1, name: 'Food', short_by_minor: 4_00 }],
      });
  });

  it('and names every envelope that would be short', () => {
    given([...food, paid(null, 'May', [1, 5], [2, 6], [0, 7]), moved(1, 0, 2), debited([2, -6])])
      .when(undo('tx_4'))
      .thenRefused('envelope_overdrawn', {
        envelopes: [
          { id: 1, name: 'Food', short_by_minor: 2 },
          { id: 2, name: 'Rent', short_by_minor: 6 },
        ],
      });
  });

  it('and goes down to the credit limit, not beyond it', () => {
    const credit = [opened(0, overdraft(10)), deposited(0, 20), debited([0, -10])];
    given(credit)
      .when(undo('tx_2'))
      .then([reversed(2, 'deposit', [0, -20])]);
    given([...credit, debited([0, -1])])
      .when(undo('tx_2'))
      .thenRefused('credit_limit_exceeded', { account_id: 'acc_1' });
  });

  it('and takes back a move whatever its target holds, where the account can go negative', () => {
    const free = [opened(5, overdraft()), added(1, 'Food'), moved(0, 1, 5), debited([1, -5])];
    const account = given(free)
      .when(undo('tx_3'))
      .then([reversed(3, 'move', [0, 5], [1, -5])]);
    expect(account.envelopes.map((envelope) => envelope.balance_minor)).toEqual([5, -5]);
  });

  it('and refused out of the range of amounts', () => {
    given([opened(MAX), debited([0, -1]), deposited(0, 1)])
      .when(undo('tx_2'))
      .thenRefused('balance_out_of_range');
  });
});

describe('an undo that touches an archived envelope', () => {
  const emptied = [...food, deposited(1, 5), debited([1, -5]), archived(1)];

  it('restores it in the same commit', () => {
    const account = given(emptied)
      .when(ask('UndoLast', { effective_on: '2026-04-01' }))
      .then([{ ...restored(1, 'Food'), effective_on: '2026-04-01' }, reversed(5, 'debit', [1, 5])]);
    expect(account.envelopes[1]).toEqual({ id: 1, name: 'Food', balance_minor: 5, archived: false });
  });

  it('gives it the next free name when its own was taken', () => {
    const account = given([...emptied, added(3, 'FOOD')])
      .when(undoLast)
      .then([restored(1, 'Food (2)'), reversed(5, 'debit', [1, 5])]);
    expect(account.envelopes[1]).toEqual({ id: 1, name: 'Food (2)', balance_minor: 5, archived: false });
    given([...emptied, added(3, 'FOOD'), added(4, 'food (2)')])
      .when(undoLast)
      .then([restored(1, 'Food (3)'), reversed(5, 'debit', [1, 5])]);
  });

  it('gives two of the same name different ones', () => {
    const both = [
      opened(10),
      added(1, 'Food'),
      added(2, 'Rent'),
      paid(null, 'May', [1, 5], [2, 5]),
      debited([1, -5], [2, -5]),
      archived(1),
      renamed(2, 'Food'),
      archived(2),
    ];
    given(both)
      .when(undoLast)
      .then([restored(1, 'Food'), restored(2, 'Food (2)'), reversed(5, 'debit', [1, 5], [2, 5])]);
  });

  it('shortens a name that would grow too long', () => {
    const long = '😀'.repeat(100);
    given([
      ...food,
      added(3, long),
      deposited(3, 5),
      debited([3, -5]),
      archived(3),
      added(4, long),
      added(5, `${'😀'.repeat(96)} (2)`),
    ])
      .when(undoLast)
      .then([restored(3, `${'😀'.repeat(96)} (3)`), reversed(6, 'debit', [3, 5])]);
  });

  it('leaves no blank before the number where it is shortened', () => {
    const long = `${'x'.repeat(95)} and so`.slice(0, 100);
    const before = [...food, added(3, long), deposited(3, 5), debited([3, -5]), archived(3), added(4, long)];
    given(before)
      .when(undoLast)
      .then([restored(3, `${'x'.repeat(95)} (2)`), reversed(6, 'debit', [3, 5])]);
  });

  it('is refused, restoring nothing, when it would be short', () => {
    given(emptied)
      .when(undo('tx_4'))
      .thenRefused('envelope_overdrawn', { envelopes: [{ id: 1, name: 'Food', short_by_minor: 5 }] });
  });

  it('restores it beyond 500 in use', () => {
    const full = Array.from({ length: 498 }, (_, index) => added(index + 3, `E${index}`));
    const before = [...emptied, ...full];
    const account = given(before)
      .when(undoLast)
      .then([restored(1, 'Food'), reversed(5, 'debit', [1, 5])]);
    expect(account.envelopes.filter((envelope) => !envelope.archived)).toHaveLength(501);
    given([...before, restored(1, 'Food'), reversed(5, 'debit', [1, 5])])
      .when(ask('AddEnvelopes', { names: ['Last'] }))
      .thenRefused('limit_reached', { limit: 500 });
  });
});
