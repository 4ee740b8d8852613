import fc from 'fast-check';
import type { BatchCommand, LedgerCommand } from '../../src/ledger/domain/commands.js';
import { ask, TODAY } from './sketches.js';

/** The accounts of the sequences, with their currencies. */
export const CURRENCIES: Readonly<Record<string, string>> = { acc_1: 'USD', acc_2: 'USD', acc_3: 'JPY' };
/** The days that transactions count for. */
export const DAYS = ['2025-12-31', '2026-02-28', '2026-03-01', TODAY, '2026-07-01'] as const;

/** One step of a sequence: what is asked of which account. What it is to mean is made out when it is taken. */
export interface Step {
  readonly account_id: string;
  readonly command: LedgerCommand;
  /** Chooses among the transactions, batches and accounts that there are then. */
  readonly pick: number;
}

const weighted = <T>(...options: [number, fc.Arbitrary<T>][]): fc.Arbitrary<T> =>
  fc.oneof(...options.map(([weight, arbitrary]) => ({ weight, arbitrary })));

const name = weighted(
  [12, fc.constantFrom('Food', ' food', 'FOOD', 'Rent', 'rent ', 'Fun', 'Car', 'Gifts', 'Trip', 'Food (2)')],
  [1, fc.constantFrom('', '  ', 'x'.repeat(101), 'Available')],
);
const amount = weighted(
  [16, fc.integer({ min: 1, max: 50_00 })],
  [4, fc.integer({ min: 1, max: 1_000_00 })],
  [1, fc.constantFrom(0, -1, 0.5, 10 ** 15, 10 ** 15 - 1)],
);
/** Pay is more than what one envelope gets of it, mostly. */
const pay = weighted([4, fc.integer({ min: 10_00, max: 300_00 })], [1, amount]);
const envelope = weighted([27, fc.nat({ max: 3 })], [2, fc.nat({ max: 7 })], [1, fc.constant(99)]);
const payer = weighted([8, fc.integer({ min: 1, max: 2 })], [1, fc.integer({ min: 3, max: 9 })]);
const part = fc.record({
  envelope_id: envelope,
  amount_minor: weighted([24, fc.integer({ min: 1, max: 15_00 })], [1, fc.constantFrom(0, 10 ** 15 - 1)]),
});
const split = fc.array(part, { maxLength: 3 });
const limit = fc.option(weighted([6, fc.integer({ min: 1, max: 200_00 })], [1, fc.constant(0)]));

/** A field that may be left out. */
const maybe = <K extends string, T>(
  key: K,
  arbitrary: fc.Arbitrary<T>,
): fc.Arbitrary<Partial<Record<K, T>>> =>
  fc.option(arbitrary.map((value) => ({ [key]: value }) as Record<K, T>)).map((field) => field ?? {});

const day = weighted<string>([3, fc.constant(TODAY)], [2, fc.constantFrom(...DAYS)]);

const openingOf = (account_id: string, currency: string) =>
  fc
    .record({
      name: weighted([9, fc.constant(`Account ${account_id}`)], [2, name]),
      effective_on: day,
      opening_balance_minor: weighted(
        [9, fc.integer({ min: 0, max: 3_000_00 })],
        [1, fc.integer({ min: -300_00, max: 0 })],
        [1, fc.constantFrom(10 ** 15 - 1, 10 ** 15)],
      ).map((value) => value + 0),
      can_go_negative: fc.boolean(),
      credit_limit_minor: weighted([2, fc.constant(null)], [1, limit]),
    })
    .map((given) => {
      const own = { account_id, household_id: 'hh_1', account_type: 'checking', currency } as const;
      return ask('OpenAccount', { ...given, ...own });
    });
const adding = weighted<string[]>(
  [30, fc.array(name, { minLength: 1, maxLength: 3 })],
  [
    1,
    fc.constantFrom(
      [],
      Array.from({ length: 501 }, (_, index) => `E${index}`),
    ),
  ],
).map((names) => ask('AddEnvelopes', { names }));
const addingPayer = fc.record({ name, amount_minor: pay, split }).map((given) => ask('AddPayer', given));
const inEnvelope = fc.record({ envelope_id: envelope, amount_minor: amount, effective_on: day });

/** What a batch may hold, too. The other account of a transfer is chosen, and its ids given, when it is taken. */
const transaction = weighted<BatchCommand>(
  [5, inEnvelope.map((given) => ask('DepositMoney', given))],
  [
    6,
    fc
      .record({ postings: fc.array(part, { maxLength: 3 }), effective_on: day })
      .map((given) => ask('DebitMoney', given)),
  ],
  [4, inEnvelope.map((given) => ask('WithdrawCash', given))],
  [
    7,
    fc
      .record({ from_id: envelope, to_id: envelope, amount_minor: amount, effective_on: day })
      .map((given) => ask('MoveMoney', given)),
  ],
  [
    5,
    fc
      .tuple(payer, maybe('amount_minor', pay), maybe('split', split))
      .map(([payer_id, ...fields]) =>
        ask('ReceivePay', Object.assign({ payer_id }, ...fields) as { payer_id: number }),
      ),
  ],
  [3, fc.record({ payer: name, amount_minor: pay, split }).map((given) => ask('ReceiveOtherPay', given))],
  [
    4,
    fc
      .record({
        balance_minor: weighted(
          [12, fc.integer({ min: -20_00, max: 500_00 })],
          [1, fc.constantFrom(0.5, 10 ** 15, 10 ** 15 - 1, 1 - 10 ** 15)],
        ).map((value) => value + 0),
        envelope_id: envelope,
        effective_on: day,
      })
      .map((given) => ask('AdjustBalance', given)),
  ],
  [
    10,
    fc
      .record({
        from_envelope_id: envelope,
        to_envelope_id: envelope,
        amount_minor: amount,
        effective_on: day,
      })
      .map((given) => ask('TransferMoney', { ...given, to_account_id: '', sent_id: '', received_id: '' })),
  ],
);

const easy = fc.record({
  envelope_id: fc.nat({ max: 2 }),
  amount_minor: fc.integer({ min: 1, max: 3_00 }),
  effective_on: day,
});

/** What is refused now and then only, so that many a batch is taken. */
const easyTransaction = weighted<BatchCommand>(
  [6, easy.map((given) => ask('DepositMoney', given))],
  [2, easy.map((given) => ask('WithdrawCash', { ...given, envelope_id: 0 }))],
  [
    2,
    easy.map(({ envelope_id, ...given }) =>
      ask('MoveMoney', { ...given, from_id: 0, to_id: envelope_id + 1 }),
    ),
  ],
  [
    4,
    easy.map(({ envelope_id, ...given }) =>
      ask('TransferMoney', {
        ...given,
        ...{ from_envelope_id: 0, to_envelope_id: envelope_id },
        ...{ to_account_id: '', sent_id: '', received_id: '' },
      }),
    ),
  ],
  [
    2,
    easy.map(({ amount_minor: balance_minor, effective_on }) =>
      ask('AdjustBalance', { envelope_id: 0, balance_minor, effective_on }),
    ),
  ],
  [1, transaction],
);

const tag = weighted(
  [12, fc.constantFrom('food', ' Food', 'trip', 'work', 'tax')],
  [1, fc.constantFrom('', 'x'.repeat(51))],
);
const told = fc
  .tuple(
    maybe('description', fc.constantFrom('', ' gift ', 'gift', 'x'.repeat(501))),
    maybe('notes', fc.constantFrom('', 'see receipt', 'y'.repeat(2_000), 'y'.repeat(2_001))),
    maybe('tags', fc.array(tag, { maxLength: 4 })),
  )
  .map((fields) => Object.assign({}, ...fields) as object);

const tooMany = (length: number) =>
  ask('RecordBatch', {
    batch_id: '',
    commands: Array.from({ length }, () => ask('DepositMoney', { envelope_id: 0, amount_minor: 1 })),
  });

/** More than an account may have; how much it may move in all is hardly ever reached. */
const tooManyEnvelopes = ask('AddEnvelopes', {
  names: Array.from({ length: 501 }, (_, index) => `Jar ${index}`),
});

const command = weighted<LedgerCommand>(
  [2, adding],
  [
    3,
    fc
      .tuple(maybe('name', name), maybe('can_go_negative', fc.boolean()), maybe('credit_limit_minor', limit))
      .map((fields) => ask('ChangeAccount', Object.assign({}, ...fields) as object)),
  ],
  [3, fc.record({ envelope_id: envelope, name }).map((given) => ask('RenameEnvelope', given))],
  [5, envelope.map((envelope_id) => ask('ArchiveEnvelope', { envelope_id }))],
  [4, envelope.map((envelope_id) => ask('RestoreEnvelope', { envelope_id }))],
  [2, addingPayer],
  [
    4,
    fc
      .tuple(payer, maybe('name', name), maybe('amount_minor', pay), maybe('split', split))
      .map(([payer_id, ...fields]) =>
        ask('ChangePayer', Object.assign({ payer_id }, ...fields) as { payer_id: number }),
      ),
  ],
  [3, payer.map((payer_id) => ask('RemovePayer', { payer_id }))],
  [44, transaction],
  [14, easyTransaction],
  [
    12,
    fc
      .array(easyTransaction, { minLength: 1, maxLength: 5 })
      .map((commands) => ask('RecordBatch', { batch_id: '', commands })),
  ],
  [1, fc.constantFrom(0, 1_001).map((length) => tooMany(length))],
  [1, fc.constant(tooManyEnvelopes)],
  [3, fc.constant(ask('CloseAccount', {}))],
  [5, fc.constant(ask('ReopenAccount', {}))],
  [4, told.map((given) => ask('AnnotateTransaction', { transaction_id: '', ...given }))],
  [6, fc.constant(ask('UndoLast', {}))],
  [3, fc.constant(ask('UndoBackTo', { back_to: '' }))],
  [6, fc.constant(ask('UndoTransaction', { transaction_id: '' }))],
  [4, fc.constant(ask('UndoBatch', { batch_id: '' }))],
  [6, fc.constant(ask('RedoLast', {}))],
  [5, fc.constant(ask('RedoTransaction', { transaction_id: '' }))],
  [4, fc.constant(ask('RedoBatch', { batch_id: '' }))],
);

const anyAccount = weighted<string>(
  [30, fc.constant('acc_1')],
  [15, fc.constant('acc_2')],
  [10, fc.constant('acc_3')],
  [1, fc.constant('acc_9')],
);

const step = (commands: fc.Arbitrary<LedgerCommand>, account: fc.Arbitrary<string>): fc.Arbitrary<Step> =>
  // Without fast-check's leaning to the smallest values, which would ask for envelope 0 and an amount of 1 too often.
  fc.noBias(fc.record({ command: commands, account_id: account, pick: fc.nat() }));

const firstEnvelopes = fc
  .shuffledSubarray(['Food', 'Rent', 'Fun', 'Car', 'Gifts', 'Trip'], { minLength: 3, maxLength: 5 })
  .map((names) => ask('AddEnvelopes', { names }));

/** Openings until one is taken, the first envelopes and payers of an account. */
const beginning = (account_id: string, openings: number, payers: number): fc.Arbitrary<Step[]> => {
  const own = fc.constant(account_id);
  const opening = openingOf(account_id, CURRENCIES[account_id] ?? 'USD');
  return fc
    .tuple(
      fc.array(step(opening, own), { minLength: openings, maxLength: openings }),
      step(firstEnvelopes, own),
      fc.array(step(addingPayer, own), { minLength: payers, maxLength: payers + 1 }),
    )
    .map(([first, envelopes, rest]) => [...first, envelopes, ...rest]);
};

/**
 * Sequences of 50 commands on average over three accounts, the third in another currency. `OpenAccount` is for an account
 * that is not open yet.
 */
export const commandSequences: fc.Arbitrary<Step[]> = fc
  .tuple(
    beginning('acc_1', 3, 1),
    beginning('acc_2', 2, 1),
    beginning('acc_3', 2, 0),
    fc.array(step(command, anyAccount), { minLength: 12, maxLength: 48, size: 'max' }),
  )
  .map((parts) => parts.flat());
