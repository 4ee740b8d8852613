import fc from 'fast-check';
import type { LedgerCommand } from '../../src/ledger/domain/commands.js';
import { ask } from './sketches.js';

/** One step of a sequence: a command, what is known besides, and which transaction a chosen undo means. */
export interface Step {
  readonly command: LedgerCommand;
  readonly accountNameTaken: boolean;
  /** Chooses among the transactions that there are when the step is taken. */
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

const opening = fc
  .record({
    name,
    opening_balance_minor: weighted(
      [9, fc.integer({ min: 0, max: 3_000_00 })],
      [1, fc.integer({ min: -300_00, max: 0 })],
      [1, fc.constantFrom(10 ** 15 - 1, 10 ** 15)],
    ).map((value) => value + 0),
    can_go_negative: fc.boolean(),
    credit_limit_minor: weighted([2, fc.constant(null)], [1, limit]),
  })
  .map((given) =>
    ask('OpenAccount', {
      ...given,
      account_id: 'acc_1',
      household_id: 'hh_1',
      account_type: 'checking',
      currency: 'USD',
    }),
  );
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
const inEnvelope = fc.record({ envelope_id: envelope, amount_minor: amount });

const command = weighted<LedgerCommand>(
  [2, adding],
  [
    3,
    fc
      .tuple(maybe('name', name), maybe('can_go_negative', fc.boolean()), maybe('credit_limit_minor', limit))
      .map((fields) => ask('ChangeAccount', Object.assign({}, ...fields) as object)),
  ],
  [3, fc.record({ envelope_id: envelope, name }).map((given) => ask('RenameEnvelope', given))],
  [8, envelope.map((envelope_id) => ask('ArchiveEnvelope', { envelope_id }))],
  [5, envelope.map((envelope_id) => ask('RestoreEnvelope', { envelope_id }))],
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
  [5, inEnvelope.map((given) => ask('DepositMoney', given))],
  [6, fc.array(part, { maxLength: 3 }).map((postings) => ask('DebitMoney', { postings }))],
  [4, inEnvelope.map((given) => ask('WithdrawCash', given))],
  [
    7,
    fc
      .record({ from_id: envelope, to_id: envelope, amount_minor: amount })
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
  [4, fc.constant(ask('UndoLast', {}))],
  [6, fc.constant(ask('UndoTransaction', { transaction_id: '' }))],
);

const step = (commands: fc.Arbitrary<LedgerCommand>): fc.Arbitrary<Step> =>
  // Without fast-check's leaning to the smallest values, which would ask for envelope 0 and an amount of 1 too often.
  fc.noBias(
    fc.record({
      command: commands,
      accountNameTaken: weighted([9, fc.constant(false)], [1, fc.constant(true)]),
      pick: fc.nat(),
    }),
  );

const firstEnvelopes = fc
  .shuffledSubarray(['Food', 'Rent', 'Fun', 'Car', 'Gifts', 'Trip'], { minLength: 3, maxLength: 5 })
  .map((names) => ask('AddEnvelopes', { names }));

/**
 * Sequences of 20 commands on average: openings until one is taken, the first envelopes and payers, then anything.
 * `OpenAccount` is for an account that is not open yet.
 */
export const commandSequences: fc.Arbitrary<Step[]> = fc
  .tuple(
    fc.array(step(opening), { minLength: 3, maxLength: 3 }),
    step(firstEnvelopes),
    fc.array(step(addingPayer), { minLength: 1, maxLength: 2 }),
    fc.array(step(command), { minLength: 6, maxLength: 28, size: 'max' }),
  )
  .map(([openings, envelopes, payers, rest]) => [...openings, envelopes, ...payers, ...rest]);
