import type { BatchCommand } from '../../src/ledger/domain/commands.js';
import { given, givenAll } from './spec.js';
import { added, adjusted, archived, ask, debited, deposited, moved, opened, paid, payerAdded, reversed, transferred, withdrawn, type Sketch } from './sketches.js'; // prettier-ignore

const batch = (...commands: BatchCommand[]) => ask('RecordBatch', { batch_id: 'bat_1', commands });
const inBatch = (sketch: Sketch, batch_id = 'bat_1'): Sketch => ({ ...sketch, batch_id }) as Sketch;
const deposit = (amount_minor: number, envelope_id = 0, over: object = {}) =>
  ask('DepositMoney', { envelope_id, amount_minor, ...over });
const debit = (envelope_id: number, amount_minor: number) =>
  ask('DebitMoney', { postings: [{ envelope_id, amount_minor }] });
const transfer = (amount_minor: number, over: object = {}) =>
  ask('TransferMoney', {
    ...{ to_account_id: 'acc_2', amount_minor, from_envelope_id: 0, to_envelope_id: 0 },
    ...{ sent_id: 'out_a', received_id: 'in_a' },
    ...over,
  });
const food = [opened(10), added(1, 'Food')];
const savings = opened(0, { account_id: 'acc_2', name: 'Savings' });

describe('a batch', () => {
  it('records every kind of transaction in its order', () => {
    const work = payerAdded(1, 'Work', 50, [[1, 20]]);
    const [out, back] = transferred('a', ['acc_1', 0, -30], ['acc_2', 0, 30]);
    const { acc_1 } = givenAll({ acc_1: [...food, work], acc_2: [savings] })
      .when(
        batch(
          deposit(5),
          ask('ReceivePay', { payer_id: 1 }),
          ask('ReceiveOtherPay', { payer: 'Aunt', amount_minor: 7, split: [] }),
          debit(1, 10),
          ask('WithdrawCash', { envelope_id: 1, amount_minor: 2 }),
          ask('MoveMoney', { from_id: 1, to_id: 0, amount_minor: 8 }),
          transfer(30),
          ask('AdjustBalance', { balance_minor: 31, envelope_id: 0 }),
        ),
      )
      .then([
        ['acc_1', inBatch(deposited(0, 5))],
        ['acc_1', inBatch(paid(1, 'Work', [1, 20], [0, 30]))],
        ['acc_1', inBatch(paid(null, 'Aunt', [0, 7]))],
        ['acc_1', inBatch(debited([1, -10]))],
        ['acc_1', inBatch(withdrawn(1, 2))],
        ['acc_1', inBatch(moved(1, 0, 8))],
        ['acc_1', inBatch(out)],
        ['acc_2', inBatch(back)],
        ['acc_1', inBatch(adjusted(0, 1, 31))],
      ]);
    expect(acc_1).toMatchObject({ version: 11, last_root_seq: 11, balance_minor: 31 });
  });

  it('judges each on what those before it leave', () => {
    given(food)
      .when(batch(deposit(5, 1), debit(1, 5)))
      .then([inBatch(deposited(1, 5)), inBatch(debited([1, -5]))]);
    given(food)
      .when(batch(debit(1, 5), deposit(5, 1)))
      .thenRefused(
        'envelope_overdrawn',
        { account_id: 'acc_1', envelopes: [{ id: 1, name: 'Food', short_by_minor: 5 }] },
        0,
      );
  });

  it('adjusts to balances that those before it change, from their days on', () => {
    const on = (effective_on: string) => ({ effective_on });
    given([{ ...opened(10), ...on('2026-01-01') }, added(1, 'Food')])
      .when(
        batch(
          deposit(5, 0, on('2026-01-10')),
          ask('AdjustBalance', { balance_minor: 18, envelope_id: 0, ...on('2026-01-20') }),
          ask('AdjustBalance', { balance_minor: 17, envelope_id: 1, ...on('2026-01-09') }),
          ask('AdjustBalance', { balance_minor: 24, envelope_id: 0 }),
        ),
      )
      .then([
        inBatch({ ...deposited(0, 5), ...on('2026-01-10') }),
        inBatch(adjusted(0, 3, 18, '2026-01-20')),
        inBatch(adjusted(1, 7, 17, '2026-01-09')),
        inBatch(adjusted(0, -1, 24)),
      ]);
  });

  it('is refused whole, telling which one is in the way', () => {
    const balance = { acc_1: food, acc_2: [savings] };
    givenAll(balance)
      .when(batch(deposit(5), deposit(5), transfer(21)))
      .thenRefused('envelope_overdrawn', { account_id: 'acc_1' }, 2);
    givenAll({ ...balance, acc_1: [...food, archived(1)] })
      .when(batch(deposit(5), deposit(5, 1)))
      .thenRefused('envelope_archived', { envelope_id: 1 }, 1);
    givenAll(balance)
      .when(batch(deposit(5, 9)))
      .thenRefused('not_found', {}, 0);
    givenAll(balance)
      .when(batch(deposit(1), ask('AdjustBalance', { balance_minor: 11, envelope_id: 0 })))
      .thenRefused('nothing_to_adjust', {}, 1);
  });

  it('names a wrong field by its place', () => {
    given(food)
      .when(batch(deposit(5), deposit(5), deposit(5), deposit(0)))
      .thenRefused(
        'invalid_request',
        {
          detail: 'commands[3].amount must be above 0 and below 10^15 minor units.',
          errors: [{ field: 'commands[3].amount', message: expect.any(String) }],
        },
        3,
      );
    given(food)
      .when(batch(deposit(5), ask('DebitMoney', { postings: [{ envelope_id: 0, amount_minor: -1 }] })))
      .thenRefused(
        'invalid_request',
        { errors: [{ field: 'commands[1].postings[0].amount', message: expect.any(String) }] },
        1,
      );
  });

  it('takes 1 to 1,000 commands', () => {
    const many = (count: number) => Array.from({ length: count }, () => deposit(1));
    const account = given(food)
      .when(batch(...many(1_000)))
      .then(Array.from({ length: 1_000 }, () => inBatch(deposited(0, 1))));
    expect(account.balance_minor).toBe(1_010);
    const wrong = { errors: [{ field: 'commands', message: expect.any(String) }] };
    given(food)
      .when(batch(...many(1_001)))
      .thenRefused('invalid_request', wrong);
    given(food).when(batch()).thenRefused('invalid_request', wrong);
  });

  it('is of an account that there is', () => {
    given([])
      .when(batch(deposit(1)))
      .thenRefused('not_found');
  });
});

describe('the undo of a batch', () => {
  const [out, back] = transferred('a', ['acc_1', 0, -10], ['acc_2', 0, 10]);
  const logs = {
    acc_1: [...food, inBatch(deposited(1, 5)), inBatch(out), inBatch(debited([1, -5])), deposited(0, 1)],
    acc_2: [savings, inBatch(back)],
  };
  const undoBatch = ask('UndoBatch', { batch_id: 'bat_1' });
  const redoBatch = ask('RedoBatch', { batch_id: 'bat_1' });
  const side = (own: typeof out | typeof back, kind: 'transfer_out' | 'transfer_in'): Sketch => {
    const [seq, amount, other, account_id] =
      kind === 'transfer_out' ? [4, 10, back._id, 'acc_2'] : [2, -10, out._id, 'acc_1'];
    return {
      ...reversed(Number(seq), kind, [0, Number(amount)]),
      ...{ root_id: own._id, reverses_id: own._id, transfer_id: out._id },
      counterpart: { account_id: String(account_id), transaction_id: String(other) },
    };
  };
  const all: [string, Sketch][] = [
    ['acc_1', inBatch(reversed(5, 'debit', [1, 5]))],
    ['acc_1', inBatch(side(out, 'transfer_out'))],
    ['acc_1', inBatch(reversed(3, 'deposit', [1, -5]))],
    ['acc_2', inBatch(side(back, 'transfer_in'))],
  ];
  const undone = {
    acc_1: [...logs.acc_1, ...all.slice(0, 3).map(([, sketch]) => sketch)],
    acc_2: [...logs.acc_2, all[3]![1]],
  };

  it('takes back every member over all accounts, the last one first', () => {
    givenAll(logs).when(undoBatch, null).then(all);
  });

  it('skips members that are undone already', () => {
    givenAll({ ...logs, acc_1: [...logs.acc_1, inBatch(reversed(5, 'debit', [1, 5]))] })
      .when(undoBatch, null)
      .then(all.slice(1));
  });

  it('skips them also where it is the batch of the last one that is meant', () => {
    const early = [...logs.acc_1.slice(0, 3), inBatch(deposited(0, 2)), inBatch(deposited(0, 3))];
    given([...early, inBatch(reversed(4, 'deposit', [0, -2]))])
      .when(ask('UndoLast', { whole_batch: true }))
      .then([inBatch(reversed(5, 'deposit', [0, -3])), inBatch(reversed(3, 'deposit', [1, -5]))]);
  });

  it('takes a batch of 1,000 transfers, each counted once', () => {
    const sides = Array.from({ length: 1_000 }, (_, index) =>
      transferred(`${index}`, ['acc_1', 0, -1], ['acc_2', 0, 1]),
    );
    const accounts = givenAll({
      acc_1: [opened(1_000), ...sides.map(([sent]) => inBatch(sent))],
      acc_2: [savings, ...sides.map(([, received]) => inBatch(received))],
    })
      .when(undoBatch, null)
      .then(
        ([0, 1] as const).flatMap((of) =>
          sides
            .map((both, index): [string, Sketch] => {
              const [own, other] = [both[of], both[1 - of]!];
              const kind = of === 0 ? 'transfer_out' : 'transfer_in';
              const undo = {
                ...reversed(index + 2, kind, [0, of === 0 ? 1 : -1]),
                ...{ root_id: own._id, reverses_id: own._id, transfer_id: both[0]._id },
                counterpart: { account_id: of === 0 ? 'acc_2' : 'acc_1', transaction_id: other._id },
              };
              return [of === 0 ? 'acc_1' : 'acc_2', inBatch(undo)];
            })
            .reverse(),
        ),
      );
    expect(Object.values(accounts).map(({ balance_minor }) => balance_minor)).toEqual([1_000, 0]);
  });

  it('is refused when nothing of it stands, and of a batch that there is not', () => {
    givenAll(undone).when(undoBatch, null).thenRefused('already_reversed');
    givenAll(undone)
      .when(ask('UndoBatch', { batch_id: 'bat_2' }), null)
      .thenRefused('not_found');
  });

  it('is judged at its end', () => {
    const spent = { ...logs, acc_2: [...logs.acc_2, debited([0, -4])] };
    givenAll(spent)
      .when(undoBatch, null)
      .thenRefused('envelope_overdrawn', {
        account_id: 'acc_2',
        envelopes: [{ id: 0, name: 'Available', short_by_minor: 4 }],
      });
  });

  it('is asked for by the whole batch of the last one, too', () => {
    const last = { ...logs, acc_1: logs.acc_1.slice(0, -1) };
    givenAll(last)
      .when(ask('UndoLast', { whole_batch: true, expect: 'tx_5' }))
      .then(all);
    givenAll(last)
      .when(ask('UndoLast', { whole_batch: true }), 'acc_2')
      .then([all[3]!, ...all.slice(0, 3)]);
    givenAll(logs)
      .when(ask('UndoLast', { whole_batch: true }))
      .then([['acc_1', reversed(6, 'deposit', [0, -1])]]);
  });

  it('is redone in the order of recording, every member that is undone', () => {
    const again = (sketch: Sketch, seq: number, id: string): Sketch => {
      const postings = sketch.postings.map((posting) => ({
        ...posting,
        amount_minor: -posting.amount_minor,
      }));
      return { ...sketch, role: 'redo', postings, reverses_seq: seq, reverses_id: id } as Sketch;
    };
    const [debits, sent, deposits, received] = all.map(([, sketch]) => sketch) as [
      Sketch,
      Sketch,
      Sketch,
      Sketch,
    ];
    const redone: [string, Sketch][] = [
      ['acc_1', again(deposits, 9, 'tx_9')],
      ['acc_1', again(sent, 8, 'tx_8')],
      ['acc_1', again(debits, 7, 'tx_7')],
      ['acc_2', again(received, 3, 'acc_2_tx_3')],
    ];
    givenAll(undone).when(redoBatch, null).then(redone);
    givenAll(undone)
      .when(ask('RedoLast', { whole_batch: true, expect: 'tx_3' }))
      .then(redone);
    givenAll(undone).when(ask('RedoLast', {})).then(redone.slice(0, 1));
  });

  it('is not redone when it stands, or is not there', () => {
    givenAll(logs).when(redoBatch, null).thenRefused('nothing_to_redo');
    givenAll(logs)
      .when(ask('RedoBatch', { batch_id: 'bat_2' }), null)
      .thenRefused('not_found');
  });

  it.each([undoBatch, redoBatch])('is refused a description that is too long: $type', (command) => {
    givenAll(command === undoBatch ? logs : undone)
      .when({ ...command, description: 'x'.repeat(501) }, null)
      .thenRefused('invalid_request');
  });
});
