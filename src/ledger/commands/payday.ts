import { Body, Controller, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';

import { pathId } from '../../http/path-params.js';
import { IsAmount, IsListOf, IsName, IsNumberedId } from '../../http/wire-types.js';
import { Context, type RequestContext } from '../../identity/request-context.js';
import type { ReceiveOtherPay, ReceivePay } from '../domain/commands.js';
import { EXAMPLE_PAYER } from '../projections/examples.js';
import { ADDED_UP, EnvelopeAmountBody, MAX_LISTED, MoneyBody } from './bodies.js';
import { Bookkeeper } from './bookkeeper.js';
import type { MoneyAnswer } from './money-answer.js';
import { PAYDAY_EXAMPLE } from './money-examples.js';
import { MoneyRoute } from './money-route.js';
import { recordMoney } from './record-money.js';
import type { Terms } from './terms.js';

/** Pay: from a payer of the account (`payer_id`), or from anybody by name (`payer` with `amount`). */
export class PaydayBody extends MoneyBody {
  @IsNumberedId({ optional: true, description: 'A payer of the account' })
  readonly payer_id?: number;

  @IsName({ optional: true, description: 'In place of payer_id: who paid', example: 'Tax office' })
  readonly payer?: string;

  @IsAmount({
    optional: true,
    example: 2_400,
    description: "The payer's usual pay unless given; needed beside payer",
  })
  readonly amount?: number;

  @IsListOf(() => EnvelopeAmountBody, {
    optional: true,
    min: 0,
    max: MAX_LISTED,
    description: `The payer's split unless given; what it leaves over goes to Available. ${ADDED_UP}`,
    example: EXAMPLE_PAYER.split,
  })
  readonly split?: EnvelopeAmountBody[];
}

/** Receives pay, and splits it over envelopes. */
export class Payday extends Command<MoneyAnswer> {
  constructor(
    readonly context: RequestContext,
    readonly account_id: string,
    readonly body: PaydayBody,
  ) {
    super();
  }
}

@Controller('accounts')
@ApiTags('Money')
export class PaydayController {
  constructor(private readonly commands: CommandBus) {}

  @Post(':account_id/paydays')
  @MoneyRoute(
    'Receive pay and split it over envelopes',
    PaydayBody,
    PAYDAY_EXAMPLE,
    'envelope_archived',
    'split_exceeds_amount',
  )
  receive(
    @Context() context: RequestContext,
    @Param('account_id', pathId('acc')) account_id: string,
    @Body() body: PaydayBody,
  ): Promise<MoneyAnswer> {
    return this.commands.execute(new Payday(context, account_id, body));
  }
}

@CommandHandler(Payday)
export class PaydayHandler implements ICommandHandler<Payday> {
  constructor(private readonly bookkeeper: Bookkeeper) {}

  /** @throws Problem as Bookkeeper does. */
  execute({ context, account_id, body }: Payday): Promise<MoneyAnswer> {
    return recordMoney(this.bookkeeper, context, account_id, (terms) => payOf(terms, body));
  }
}

/** What the ledger is asked for. */
export const payOf = (terms: Terms, body: PaydayBody): ReceivePay | ReceiveOtherPay =>
  body.payer_id === undefined ? otherPay(terms, body) : usualPay(terms, body, body.payer_id);

function usualPay(terms: Terms, body: PaydayBody, payer_id: number): ReceivePay {
  const { payer, amount, split } = body;
  if (payer !== undefined) terms.refuse('payer', 'must be left out beside payer_id');
  return {
    type: 'ReceivePay',
    ...terms.money(body),
    payer_id,
    ...(amount !== undefined && { amount_minor: terms.minor('amount', amount) }),
    ...(split && { split: terms.amounts('split', split) }),
  };
}

function otherPay(terms: Terms, body: PaydayBody): ReceiveOtherPay {
  const { payer, amount, split = [] } = body;
  if (payer === undefined) terms.refuse('payer', 'must be given, or payer_id');
  else if (amount === undefined) terms.refuse('amount', 'must be given beside payer');
  return {
    type: 'ReceiveOtherPay',
    ...terms.money(body),
    payer: payer ?? '',
    amount_minor: amount === undefined ? 0 : terms.minor('amount', amount),
    split: terms.amounts('split', split),
  };
}
