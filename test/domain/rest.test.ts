import { given, givenAll } from './spec.js';
import { added, annotated, ask, closed, debited, deposited, opened, overdraft, payerAdded, redone, renamed, reopened, reversed, transferred } from './sketches.js'; // prettier-ignore

const close = ask('CloseAccount', {});
const reopen = ask('ReopenAccount', {});
const resting = [opened(0), added(1, 'Food'), deposited(1, 5), debited([1, -5]), closed];

describe('closing an account', () => {
  it('puts it to rest when every envelope is at 0', () => {
    const account = given(resting.slice(0, -1)).when(close).then([closed]);
    expect(account).toMatchObject({ state: 'closed', version: 5, last_root_seq: 4 });
  });

  it('is refused while an envelope is not, even where they make up 0', () => {
    given([opened(10)])
      .when(close)
      .thenRefused('account_not_empty', { envelope_ids: [0] });
    given([opened(0, overdraft()), added(1, 'Food'), debited([1, -5]), deposited(0, 5)])
      .when(close)
      .thenRefused('account_not_empty', { envelope_ids: [0, 1] });
  });

  it('again records nothing', () => {
    given(resting).when(close).then([]);
  });
});

describe('reopening an account', () => {
  it('takes it up again', () => {
    const account = given(resting).when(reopen).then([reopened]);
    expect(account.state).toBe('open');
    given([...resting, reopened])
      .when(ask('DepositMoney', { envelope_id: 1, amount_minor: 5 }))
      .then([deposited(1, 5)]);
  });

  it('of one that is open records nothing', () => {
    given([opened(0)])
      .when(reopen)
      .then([]);
  });

  it('is refused when its name is taken by now, compared without case', () => {
    givenAll({ acc_1: resting, acc_2: [opened(0, { account_id: 'acc_2', name: ' EVERYDAY' })] })
      .when(reopen)
      .thenRefused('name_taken', { name: 'Everyday' });
    givenAll({ acc_1: resting, acc_2: [opened(0, { account_id: 'acc_2' }), closed] })
      .when(reopen)
      .then([['acc_1', reopened]]);
  });
});

describe('a closed account', () => {
  it.each([
    ask('ChangeAccount', { name: 'Daily' }),
    ask('ChangeAccount', {}),
    ask('AddEnvelopes', { names: ['Rent'] }),
    ask('RenameEnvelope', { envelope_id: 1, name: 'Rent' }),
    ask('ArchiveEnvelope', { envelope_id: 1 }),
    ask('RestoreEnvelope', { envelope_id: 1 }),
    ask('AddPayer', { name: 'Work', amount_minor: 5, split: [] }),
    ask('ChangePayer', { payer_id: 1, name: 'Job' }),
    ask('RemovePayer', { payer_id: 1 }),
    ask('DepositMoney', { envelope_id: 0, amount_minor: 5 }),
    ask('DebitMoney', { postings: [{ envelope_id: 0, amount_minor: 5 }] }),
    ask('WithdrawCash', { envelope_id: 0, amount_minor: 5 }),
    ask('MoveMoney', { from_id: 0, to_id: 1, amount_minor: 5 }),
    ask('ReceivePay', { payer_id: 1 }),
    ask('ReceiveOtherPay', { payer: 'Aunt', amount_minor: 5, split: [] }),
    ask('AdjustBalance', { balance_minor: 5, envelope_id: 0 }),
    ask('AdjustBalance', { balance_minor: 0, envelope_id: 0 }),
    ask('UndoLast', {}),
    ask('UndoBackTo', { back_to: 'tx_1' }),
    ask('UndoTransaction', { transaction_id: 'tx_3' }),
    ask('RedoLast', {}),
    ask('RedoTransaction', { transaction_id: 'tx_3' }),
    ask('RecordBatch', {
      batch_id: 'bat_1',
      commands: [ask('DepositMoney', { envelope_id: 0, amount_minor: 5 })],
    }),
  ])('refuses $type', (command) => {
    const before = [
      ...resting.slice(0, -1),
      payerAdded(1, 'Work', 5, []),
      reversed(4, 'debit', [1, 5]),
      redone(6, 4, 'debit', [1, -5]),
      closed,
    ];
    given(before).when(command).thenRefused('account_closed', { account_id: 'acc_1' });
  });

  it('says first what is wrong with the command itself', () => {
    given(resting)
      .when(ask('DepositMoney', { envelope_id: 0, amount_minor: 0 }))
      .thenRefused('invalid_request');
    given(resting)
      .when(ask('DepositMoney', { envelope_id: 9, amount_minor: 5 }))
      .thenRefused('not_found');
    given(resting)
      .when(ask('UndoTransaction', { transaction_id: 'tx_99' }))
      .thenRefused('not_found');
  });

  it('takes notes', () => {
    given(resting)
      .when(ask('AnnotateTransaction', { transaction_id: 'tx_3', notes: 'the last one' }))
      .then([annotated(3, { notes: 'the last one' })]);
  });

  it('leaves its name to others', () => {
    givenAll({ acc_1: resting, acc_2: [opened(0, { account_id: 'acc_2', name: 'Other' }), renamed(0, 'A')] })
      .when(ask('ChangeAccount', { name: 'Everyday' }), 'acc_2')
      .then([
        ['acc_2', { type: 'AccountChanged', effective_on: '2026-03-15', postings: [], name: 'Everyday' }],
      ]);
  });

  it('is in the way of a transfer, of its undo, of its redo and of a batch of it, from the other side', () => {
    const other = opened(10, { account_id: 'acc_2', name: 'Other' });
    const [out, back] = transferred('a', ['acc_1', 0, -5], ['acc_2', 0, 5]);
    const [again, here] = transferred('b', ['acc_2', 0, -5], ['acc_1', 0, 5]);
    const logs = {
      acc_1: [opened(5), { ...out, batch_id: 'bat_1' }, here, debited([0, -5]), closed],
      acc_2: [other, { ...back, batch_id: 'bat_1' }, again],
    };
    const refused = ['account_closed', { account_id: 'acc_1' }] as const;
    const ids = { sent_id: 'out_c', received_id: 'in_c' };
    const envelopes = { from_envelope_id: 0, to_envelope_id: 0 };
    givenAll(logs)
      .when(ask('TransferMoney', { to_account_id: 'acc_1', amount_minor: 1, ...ids, ...envelopes }), 'acc_2')
      .thenRefused(...refused);
    givenAll(logs)
      .when(ask('UndoLast', {}), 'acc_2')
      .thenRefused(...refused);
    givenAll(logs)
      .when(ask('UndoBatch', { batch_id: 'bat_1' }), null)
      .thenRefused(...refused);
  });
});
