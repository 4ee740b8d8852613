import { ApiProperty } from '@nestjs/swagger';

import type { CalendarDate } from '../../kernel/dates.js';
import { toMajor } from '../../kernel/money.js';
import {
  ACCOUNT_STATES,
  ACCOUNT_TYPES,
  type Account,
  type Envelope,
  type EnvelopeAmount,
  type Payer,
} from '../domain/account.js';

const MONEY = { type: 'number' } as const;

/** An envelope as clients see it. */
export class EnvelopeView {
  @ApiProperty({
    type: 'integer',
    minimum: 0,
    example: 1,
    description: 'Counted within the account; 0 is Available',
  })
  readonly id!: number;

  @ApiProperty({ type: String, example: 'Food' })
  readonly name!: string;

  @ApiProperty({ ...MONEY, example: 537.6 })
  readonly balance!: number;

  @ApiProperty({ type: Boolean, example: false })
  readonly archived!: boolean;
}

/** An account as clients see it; amounts in major units of its currency. */
export class AccountView {
  @ApiProperty({ type: String, example: 'acc_01kagx3q9sf8krqxfp6ydfn7v3' })
  readonly id!: string;

  @ApiProperty({ type: String, example: 'Everyday' })
  readonly name!: string;

  @ApiProperty({ type: String, enum: [...ACCOUNT_TYPES], example: 'checking' })
  readonly account_type!: string;

  @ApiProperty({ type: String, example: 'USD' })
  readonly currency!: string;

  @ApiProperty({ ...MONEY, example: 2_637.6 })
  readonly balance!: number;

  @ApiProperty({ type: Boolean, example: false })
  readonly can_go_negative!: boolean;

  @ApiProperty({
    ...MONEY,
    nullable: true,
    example: null,
    description: 'How far it may be overdrawn; null: without limit',
  })
  readonly credit_limit!: number | null;

  @ApiProperty({ type: String, enum: [...ACCOUNT_STATES], example: 'open' })
  readonly state!: string;

  @ApiProperty({ type: String, format: 'date', example: '2026-01-01' })
  readonly opened_on!: CalendarDate;

  @ApiProperty({ type: 'integer', minimum: 1, example: 8, description: 'The sequence of its last event' })
  readonly version!: number;

  @ApiProperty({ type: [EnvelopeView], description: 'By id' })
  readonly envelopes!: readonly EnvelopeView[];
}

/** An amount in an envelope as clients see it. */
export class EnvelopeAmountView {
  @ApiProperty({ type: 'integer', minimum: 0, example: 2 })
  readonly envelope_id!: number;

  @ApiProperty({ ...MONEY, example: 1_200 })
  readonly amount!: number;
}

/** A payer as clients see it. */
export class PayerView {
  @ApiProperty({ type: 'integer', minimum: 1, example: 1, description: 'Counted within the account' })
  readonly id!: number;

  @ApiProperty({ type: String, example: 'Acme Mills' })
  readonly payer!: string;

  @ApiProperty({ ...MONEY, example: 2_400, description: 'The usual pay' })
  readonly amount!: number;

  @ApiProperty({ type: String, example: 'USD' })
  readonly currency!: string;

  @ApiProperty({
    type: [EnvelopeAmountView],
    description: 'What of it goes where; the rest goes to Available',
  })
  readonly split!: readonly EnvelopeAmountView[];
}

/** Shows an account; archived envelopes only when asked for. */
export function viewAccount(account: Account, options: { readonly archived?: boolean } = {}): AccountView {
  const { id, name, account_type, currency, can_go_negative, credit_limit_minor, state, opened_on, version } =
    account;
  const shown = account.envelopes.filter((envelope) => options.archived === true || !envelope.archived);
  return {
    ...{ id, name, account_type, currency },
    balance: toMajor(account.balance_minor, currency),
    can_go_negative,
    credit_limit: credit_limit_minor === null ? null : toMajor(credit_limit_minor, currency),
    ...{ state, opened_on, version },
    envelopes: shown.map((envelope) => viewEnvelope(envelope, currency)),
  };
}

/** Shows an envelope of an account with that currency. */
export function viewEnvelope(
  { id, name, balance_minor, archived }: Envelope,
  currency: string,
): EnvelopeView {
  return { id, name, balance: toMajor(balance_minor, currency), archived };
}

/** Shows amounts in envelopes of an account with that currency. */
export function viewAmounts(amounts: readonly EnvelopeAmount[], currency: string): EnvelopeAmountView[] {
  return amounts.map(({ envelope_id, amount_minor }) => ({
    envelope_id,
    amount: toMajor(amount_minor, currency),
  }));
}

/** Shows a payer of an account with that currency. */
export function viewPayer({ id, name, amount_minor, split }: Payer, currency: string): PayerView {
  return {
    id,
    payer: name,
    amount: toMajor(amount_minor, currency),
    currency,
    split: viewAmounts(split, currency),
  };
}
