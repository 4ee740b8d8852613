import { decideOn } from '../../src/ledger/domain/decide.js';
import type { RegisterFact } from '../../src/ledger/domain/facts.js';
import { accountsNamed, lookUpsFor } from '../../src/ledger/domain/look-ups.js';
import { fold } from './fold.js';
import { complete } from './spec.js';
import { ask, closed, deposited, opened } from './sketches.js';

const account = fold(complete([opened(0), deposited(0, 5)]))!;
const resting = fold(complete([opened(0), closed]))!;
const fact = (over: Partial<RegisterFact> = {}): RegisterFact => ({
  account_id: 'acc_1',
  ...{ id: 'tx_2', seq: 2, role: 'root', kind: 'deposit', root_id: 'tx_2', standing: true },
  ...{ tip_seq: 2, tip_id: 'tx_2', postings: [], effective_on: '2026-03-15' },
  ...{ description: '', notes: '', tags: [], batch_id: null, payer: null, counterpart: null },
  ...over,
});
const adjust = (effective_on: string) =>
  ask('AdjustBalance', { balance_minor: 1, envelope_id: 0, effective_on });
const transferTo = (to_account_id: string) =>
  ask('TransferMoney', {
    ...{ to_account_id, amount_minor: 1, from_envelope_id: 0, to_envelope_id: 0 },
    ...{ sent_id: 'out_a', received_id: 'in_a' },
  });

describe('what is to be looked up', () => {
  it.each([
    ['DepositMoney', ask('DepositMoney', { envelope_id: 0, amount_minor: 1 }), []],
    ['ChangeAccount', ask('ChangeAccount', { can_go_negative: true }), []],
    ['ChangeAccount', ask('ChangeAccount', { name: 'A' }), [{ fact: 'name_taken', name: 'A' }]],
    ['ReopenAccount', ask('ReopenAccount', {}), []],
    ['AdjustBalance', adjust('2026-01-31'), [{ fact: 'balances', date: '2026-01-31' }]],
    ['UndoLast', ask('UndoLast', { whole_batch: true }), [{ fact: 'last_standing' }]],
    ['RedoLast', ask('RedoLast', {}), [{ fact: 'last_undo', after_seq: 2 }]],
    ['UndoTransaction', ask('UndoTransaction', { transaction_id: 'tx_2' }), [{ fact: 'row', id: 'tx_2' }]],
    ['UndoBatch', ask('UndoBatch', { batch_id: 'bat_1' }), [{ fact: 'batch', batch_id: 'bat_1' }]],
  ])('for %s is what it depends on', (_, command, needs) => {
    expect(lookUpsFor(command, account)).toEqual(needs);
  });

  it('for reopening a closed account is its name', () => {
    expect(lookUpsFor(ask('ReopenAccount', {}), resting)).toEqual([{ fact: 'name_taken', name: 'Everyday' }]);
  });

  it('for a batch is the balance of each day once', () => {
    const commands = [adjust('2026-01-31'), adjust('2026-02-28'), adjust('2026-01-31')];
    expect(lookUpsFor(ask('RecordBatch', { batch_id: 'bat_1', commands }), account)).toEqual([
      { fact: 'balances', date: '2026-01-31' },
      { fact: 'balances', date: '2026-02-28' },
    ]);
  });

  it('takes a second round where an answer leads on', () => {
    const whole = ask('UndoLast', { whole_batch: true });
    const inBatch = { last_standing: fact({ batch_id: 'bat_1' }) };
    expect(lookUpsFor(whole, account, inBatch)).toEqual([{ fact: 'batch', batch_id: 'bat_1' }]);
    expect(lookUpsFor(whole, account, { ...inBatch, batch: [] })).toEqual([]);
    expect(lookUpsFor(whole, account, { last_standing: fact() })).toEqual([]);
    expect(lookUpsFor(ask('UndoLast', {}), account, inBatch)).toEqual([]);
    const back = ask('UndoBackTo', { back_to: 'tx_2' });
    expect(lookUpsFor(back, account, { row: fact() })).toEqual([
      { fact: 'standing_after', after_seq: 2, limit: 1_001 },
    ]);
    expect(lookUpsFor(back, account, { row: null })).toEqual([]);
    expect(lookUpsFor(back, account, { row: fact({ role: 'undo' }) })).toEqual([]);
  });

  it('is nothing for an account that is not there, but for those that need none', () => {
    expect(lookUpsFor(ask('UndoLast', {}), null)).toEqual([]);
    expect(lookUpsFor(ask('RedoBatch', { batch_id: 'bat_1' }), null)).toHaveLength(1);
  });
});

describe('the accounts that are needed besides', () => {
  it('are those of transfers, and of the other sides of what is looked up, each once', () => {
    expect(accountsNamed(transferTo('acc_2'), {}, 'acc_1')).toEqual(['acc_2']);
    const commands = [transferTo('acc_2'), transferTo('acc_3'), transferTo('acc_2')];
    expect(accountsNamed(ask('RecordBatch', { batch_id: 'bat_1', commands }), {}, 'acc_1')).toEqual([
      'acc_2',
      'acc_3',
    ]);
    const sent = fact({ kind: 'transfer_out', counterpart: fact({ account_id: 'acc_2', id: 'in_a' }) });
    expect(accountsNamed(ask('UndoLast', {}), { last_standing: sent }, 'acc_1')).toEqual(['acc_2']);
    const batch = [sent, fact({ account_id: 'acc_3' })];
    expect(accountsNamed(ask('UndoBatch', { batch_id: 'bat_1' }), { batch }, null)).toEqual([
      'acc_1',
      'acc_2',
      'acc_3',
    ]);
    expect(accountsNamed(ask('UndoLast', {}), { last_standing: null }, 'acc_1')).toEqual([]);
  });
});

describe('a decision without what it needs', () => {
  const books = { account, others: [] };
  it.each([
    ['last_standing was not looked up', {}, ask('UndoLast', {})],
    ['row was not looked up', {}, ask('RedoTransaction', { transaction_id: 'tx_2' })],
    ['balance of 2026-01-31 was not', { balances: [] }, adjust('2026-01-31')],
    ['came without its other side', { last_standing: fact({ kind: 'transfer_in' }) }, ask('UndoLast', {})],
    [
      'acc_2 is not among the accounts',
      {
        last_standing: fact({
          kind: 'transfer_out',
          counterpart: fact({ account_id: 'acc_2', id: 'in_a', kind: 'transfer_in' }),
        }),
      },
      ask('UndoLast', {}),
    ],
  ])('fails, since it is a slip of the caller: %s', (message, facts, command) => {
    expect(() => decideOn(books, facts, command)).toThrow(message);
  });
});
