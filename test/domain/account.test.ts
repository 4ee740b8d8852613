import { MINOR_LIMIT } from '../../src/kernel/money.js';
import { NO_FACTS } from '../../src/ledger/domain/facts.js';
import { decideOn } from '../../src/ledger/domain/decide.js';
import { fold } from './fold.js';
import { complete, given } from './spec.js';
import { added, ask, changed, debited, moved, opened, overdraft } from './sketches.js';

const open = (over: object = {}) =>
  ask('OpenAccount', {
    account_id: 'acc_1',
    household_id: 'hh_1',
    name: 'Everyday',
    account_type: 'checking',
    currency: 'USD',
    opening_balance_minor: 100_00,
    can_go_negative: false,
    credit_limit_minor: null,
    ...over,
  });

describe('opening an account', () => {
  it('puts the whole opening balance into Available', () => {
    const account = given([])
      .when(open())
      .then([opened(100_00)]);
    expect(account).toEqual({
      id: 'acc_1',
      household_id: 'hh_1',
      name: 'Everyday',
      account_type: 'checking',
      currency: 'USD',
      can_go_negative: false,
      credit_limit_minor: null,
      state: 'open',
      opened_on: '2026-03-15',
      version: 1,
      last_root_seq: 1,
      run: { effective_on: '2026-03-15', first_seq: 1 },
      balance_minor: 100_00,
      turnover_minor: 100_00,
      envelopes: [{ id: 0, name: 'Available', balance_minor: 100_00, archived: false }],
      payers: [],
      next_envelope_id: 1,
      next_payer_id: 1,
    });
  });

  it('may begin with nothing', () => {
    given([])
      .when(open({ opening_balance_minor: 0 }))
      .then([opened(0)]);
  });

  it('takes a name and a description as they are stored', () => {
    given([])
      .when(open({ name: '  Cafe\u0301 ', description: ' for  coffee\u00a0' }))
      .then([opened(100_00, { name: 'Café', description: 'for  coffee' })]);
  });

  it('may begin below 0 only where it can go negative', () => {
    given([])
      .when(open({ opening_balance_minor: -1, can_go_negative: true }))
      .then([opened(-1, overdraft())]);
    given([])
      .when(open({ opening_balance_minor: -1 }))
      .thenRefused('envelope_overdrawn', {
        account_id: 'acc_1',
        envelopes: [{ id: 0, name: 'Available', short_by_minor: 1 }],
      });
  });

  it('may begin at the credit limit, not beyond it', () => {
    given([])
      .when(open({ opening_balance_minor: -50_00, can_go_negative: true, credit_limit_minor: 50_00 }))
      .then([opened(-50_00, overdraft(50_00))]);
    given([])
      .when(open({ opening_balance_minor: -50_01, can_go_negative: true, credit_limit_minor: 50_00 }))
      .thenRefused('credit_limit_exceeded', { account_id: 'acc_1' });
  });

  it('may begin at the greatest balance', () => {
    given([])
      .when(open({ opening_balance_minor: MINOR_LIMIT - 1 }))
      .then([opened(MINOR_LIMIT - 1)]);
  });

  it.each([
    ['name', { name: ' \u200b ' }],
    ['name', { name: 'x'.repeat(101) }],
    ['name', { name: 'a\u0000b' }],
    ['description', { description: 'x'.repeat(501) }],
    ['currency', { currency: 'usd' }],
    ['opening_balance', { opening_balance_minor: MINOR_LIMIT }],
    ['opening_balance', { opening_balance_minor: 0.5 }],
    ['opening_balance', { opening_balance_minor: -0 }],
    ['opening_balance', { opening_balance_minor: NaN }],
    ['credit_limit', { credit_limit_minor: 1 }],
    ['credit_limit', { credit_limit_minor: 0, can_go_negative: true }],
    ['credit_limit', { credit_limit_minor: -1, can_go_negative: true }],
    ['credit_limit', { credit_limit_minor: MINOR_LIMIT, can_go_negative: true }],
  ])('refuses a wrong %s: %j', (field, over) => {
    given([])
      .when(open(over))
      .thenRefused('invalid_request', { errors: [{ field, message: expect.any(String) }] });
  });

  it('is refused a name that another account has', () => {
    given([], { name_taken: true }).when(open()).thenRefused('name_taken', { name: 'Everyday' });
  });

  it('happens once', () => {
    const state = fold(complete([opened()]));
    expect(() => decideOn({ account: state, others: [] }, NO_FACTS, open())).toThrow('open already');
  });
});

describe('an account that does not exist', () => {
  it('is not found', () => {
    given([])
      .when(ask('DepositMoney', { envelope_id: 0, amount_minor: 1 }))
      .thenRefused('not_found');
  });
});

describe('changing an account', () => {
  it('changes its name', () => {
    const account = given([opened()])
      .when(ask('ChangeAccount', { name: ' Daily ' }))
      .then([changed({ name: 'Daily' })]);
    expect(account.name).toBe('Daily');
  });

  it('changes everything at once', () => {
    const account = given([opened()])
      .when(ask('ChangeAccount', { name: 'Daily', can_go_negative: true, credit_limit_minor: 5_00 }))
      .then([changed({ name: 'Daily', can_go_negative: true, credit_limit_minor: 5_00 })]);
    expect(account).toMatchObject({
      name: 'Daily',
      can_go_negative: true,
      credit_limit_minor: 5_00,
      version: 2,
    });
  });

  it('that already is so records nothing', () => {
    given([opened(0, overdraft(5_00))])
      .when(ask('ChangeAccount', { name: 'Everyday', can_go_negative: true, credit_limit_minor: 5_00 }))
      .then([]);
    given([opened()]).when(ask('ChangeAccount', {})).then([]);
  });

  it('is refused a name that another account has, or none can see', () => {
    given([opened()], { name_taken: true })
      .when(ask('ChangeAccount', { name: 'Savings' }))
      .thenRefused('name_taken', { name: 'Savings' });
    given([opened()])
      .when(ask('ChangeAccount', { name: '\u2060' }))
      .thenRefused('invalid_request');
  });

  it('takes can_go_negative away only when no envelope is below 0, whatever the balance', () => {
    const below = [opened(10_00, overdraft()), added(1, 'Food'), debited([1, -2_00])];
    given(below)
      .when(ask('ChangeAccount', { can_go_negative: false }))
      .thenRefused('envelope_overdrawn', {
        account_id: 'acc_1',
        envelopes: [{ id: 1, name: 'Food', short_by_minor: 2_00 }],
      });
    given([...below, moved(0, 1, 2_00)])
      .when(ask('ChangeAccount', { can_go_negative: false }))
      .then([changed({ can_go_negative: false })]);
  });

  it('removes the credit limit with can_go_negative', () => {
    given([opened(0, overdraft(5_00))])
      .when(ask('ChangeAccount', { can_go_negative: false }))
      .then([changed({ can_go_negative: false, credit_limit_minor: null })]);
  });

  it('refuses a credit limit without can_go_negative', () => {
    const errors = [{ field: 'credit_limit', message: 'needs can_go_negative' }];
    given([opened()])
      .when(ask('ChangeAccount', { credit_limit_minor: 5_00 }))
      .thenRefused('invalid_request', { errors });
    given([opened(0, overdraft())])
      .when(ask('ChangeAccount', { can_go_negative: false, credit_limit_minor: 5_00 }))
      .thenRefused('invalid_request', { errors });
  });

  it('removes the credit limit by null, with or without can_go_negative', () => {
    given([opened(0, overdraft(5_00))])
      .when(ask('ChangeAccount', { credit_limit_minor: null }))
      .then([changed({ credit_limit_minor: null })]);
    given([opened()])
      .when(ask('ChangeAccount', { credit_limit_minor: null }))
      .then([]);
  });

  it('lowers the credit limit to the present overdraft, not below it', () => {
    const overdrawn = [opened(-30_00, overdraft(50_00))];
    given(overdrawn)
      .when(ask('ChangeAccount', { credit_limit_minor: 30_00 }))
      .then([changed({ credit_limit_minor: 30_00 })]);
    given(overdrawn)
      .when(ask('ChangeAccount', { credit_limit_minor: 29_99 }))
      .thenRefused('credit_limit_exceeded', { account_id: 'acc_1' });
  });
});
