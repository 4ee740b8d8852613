import { MINOR_LIMIT } from '../../src/kernel/money.js';
import { given } from './spec.js';
import { added, adjusted, archived, ask, debited, deposited, opened, overdraft, reversed, TODAY, type Sketch } from './sketches.js'; // prettier-ignore

const MAX = MINOR_LIMIT - 1;
const on = (effective_on: string, sketch: Sketch): Sketch => ({ ...sketch, effective_on });
const adjust = (balance_minor: number, envelope_id = 0, effective_on = TODAY) =>
  ask('AdjustBalance', { balance_minor, envelope_id, effective_on });
const months = [
  on('2026-01-01', opened(100)),
  added(1, 'Food'),
  on('2026-01-31', deposited(1, 20)),
  on('2026-02-10', debited([0, -30])),
];

describe('an adjustment', () => {
  it('puts the difference into an envelope', () => {
    given(months)
      .when(adjust(95, 1))
      .then([adjusted(1, 5, 95)]);
    const account = given(months)
      .when(adjust(80))
      .then([adjusted(0, -10, 80)]);
    expect(account.balance_minor).toBe(80);
  });

  it('counts what there was on its day, that day included; what came later comes on top', () => {
    given(months)
      .when(adjust(130, 1, '2026-01-31'))
      .then([adjusted(1, 10, 130, '2026-01-31')]);
    const account = given(months)
      .when(adjust(130, 0, '2026-01-30'))
      .then([adjusted(0, 30, 130, '2026-01-30')]);
    expect(account.balance_minor).toBe(120);
  });

  it('of a day before the opening starts from nothing', () => {
    given(months)
      .when(adjust(7, 0, '2025-12-31'))
      .then([adjusted(0, 7, 7, '2025-12-31')]);
  });

  it('counts what was undone as little as it counts now', () => {
    given([...months, on('2026-02-10', reversed(4, 'debit', [0, 30]))])
      .when(adjust(90, 0, '2026-02-28'))
      .then([adjusted(0, -30, 90, '2026-02-28')]);
  });

  it('to what the balance was is refused', () => {
    given(months).when(adjust(90)).thenRefused('nothing_to_adjust');
    given(months)
      .when(adjust(120, 0, '2026-02-09'))
      .thenRefused('nothing_to_adjust');
  });

  it('keeps rule 7 on the account as it is now', () => {
    given(months)
      .when(adjust(69, 1))
      .thenRefused('envelope_overdrawn', { envelopes: [{ id: 1, name: 'Food', short_by_minor: 1 }] });
    given(months)
      .when(adjust(70, 1))
      .then([adjusted(1, -20, 70)]);
    given([opened(0, overdraft(50)), deposited(0, 10)])
      .when(adjust(-50))
      .then([adjusted(0, -60, -50)]);
    given([opened(0, overdraft(50)), on('2026-04-01', debited([0, -10]))])
      .when(adjust(-41))
      .thenRefused('credit_limit_exceeded');
  });

  it('stays in the range of amounts', () => {
    given([opened(-MAX, overdraft())])
      .when(adjust(1))
      .thenRefused('balance_out_of_range');
    given([opened(MAX), on('2026-09-01', debited([0, -1]))])
      .when(adjust(MAX - 1))
      .then([adjusted(0, -1, MAX - 1)]);
    given([opened(0), on('2026-09-01', deposited(0, 1))])
      .when(adjust(MAX))
      .thenRefused('balance_out_of_range');
  });

  it.each([0.5, NaN, MINOR_LIMIT, -MINOR_LIMIT, -0])('to %p is refused', (balance) => {
    given(months)
      .when(adjust(balance))
      .thenRefused('invalid_request', { errors: [{ field: 'balance', message: expect.any(String) }] });
  });

  it('into an archived or unknown envelope is refused, before there may be nothing to adjust', () => {
    given([...months, added(2, 'Rent'), archived(2)])
      .when(adjust(90, 2))
      .thenRefused('envelope_archived', { envelope_id: 2 });
    given(months).when(adjust(90, 3)).thenRefused('not_found');
  });

  it('is refused a description that is too long', () => {
    given(months)
      .when(ask('AdjustBalance', { balance_minor: 1, envelope_id: 0, description: 'x'.repeat(501) }))
      .thenRefused('invalid_request');
  });

  it('is undone like anything else', () => {
    given([...months, adjusted(0, -10, 80)])
      .when(ask('UndoLast', {}))
      .then([reversed(5, 'adjustment', [0, 10])]);
  });
});
