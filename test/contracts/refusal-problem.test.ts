import { problemOf } from '../../src/ledger/commands/refusal-problem.js';
import type { Refusal } from '../../src/ledger/domain/refusals.js';

describe('the answer to a refusal', () => {
  it('has its amounts in the currency of the account that is short, be it another than the one asked', () => {
    const refusal: Refusal = {
      ...{ code: 'envelope_overdrawn', detail: 'Not enough.', account_id: 'acc_2' },
      envelopes: [{ id: 0, name: 'Available', short_by_minor: 1_234 }],
      currency: 'BHD',
    };
    const problem = problemOf({ ok: false, refusal });
    expect([problem.status, problem.body('/x')]).toMatchObject([
      409,
      {
        code: 'envelope_overdrawn',
        account_id: 'acc_2',
        currency: 'BHD',
        envelopes: [{ id: 0, name: 'Available', short_by: 1.234 }],
      },
    ]);
    const yen = problemOf({ ok: false, refusal: { ...refusal, currency: 'JPY' } });
    expect(yen.extra['envelopes']).toEqual([{ id: 0, name: 'Available', short_by: 1_234 }]);
  });

  it('says which command of a batch is in the way', () => {
    const closed: Refusal = { code: 'account_closed', detail: 'Closed.', account_id: 'acc_1' };
    expect(problemOf({ ok: false, refusal: closed, index: 0 }).extra).toEqual({
      index: 0,
      account_id: 'acc_1',
    });
    expect(problemOf({ ok: false, refusal: closed }).extra).toEqual({ account_id: 'acc_1' });
    const errors = [{ field: 'commands[3].amount', message: 'must be above 0' }];
    const invalid = problemOf({
      ok: false,
      refusal: { code: 'invalid_request', detail: 'Wrong.', errors },
      index: 3,
    });
    expect(invalid.body('/x')).toMatchObject({ status: 400, index: 3, errors });
  });
});
