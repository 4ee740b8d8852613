import { ApiProperty } from '@nestjs/swagger';

import type { Account, Payer } from '../domain/account.js';
import { PayerView, viewPayer } from '../projections/account-view.js';

/** A payer that was added or changed. */
export class PayerAnswer extends PayerView {
  @ApiProperty({ type: 'integer', minimum: 1, example: 5, description: "The account's version" })
  readonly version!: number;
}

/** The answer to a command that leaves `payer` in the account. */
export function payerAnswer(account: Account, payer: Payer | undefined): PayerAnswer {
  if (!payer) throw new Error(`Account ${account.id} lacks the payer that was recorded`);
  return { ...viewPayer(payer, account.currency), version: account.version };
}
