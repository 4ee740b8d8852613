import { Body, Controller, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';

import { pathId } from '../../http/path-params.js';
import { IsAmount, IsNumberedId } from '../../http/wire-types.js';
import { Context, type RequestContext } from '../../identity/request-context.js';
import { AVAILABLE_ID } from '../domain/account.js';
import type * as domain from '../domain/commands.js';
import { MoneyBody } from './bodies.js';
import { Bookkeeper } from './bookkeeper.js';
import type { MoneyAnswer } from './money-answer.js';
import { ADJUSTMENT_EXAMPLE } from './money-examples.js';
import { MoneyRoute } from './money-route.js';
import { recordMoney } from './record-money.js';
import type { Terms } from './terms.js';

/** What the balance is in truth, as a bank statement has it. */
export class AdjustmentBody extends MoneyBody {
  @IsAmount({
    signed: true,
    example: 2_600,
    description: "The account's balance at the end of the day it counts for; later days come on top",
  })
  readonly balance!: number;

  @IsNumberedId({
    optional: true,
    default: AVAILABLE_ID,
    example: 0,
    description: 'Takes or gives the difference',
  })
  readonly envelope_id?: number;
}

/** Adjusts the balance of a day. */
export class AdjustBalance extends Command<MoneyAnswer> {
  constructor(
    readonly context: RequestContext,
    readonly account_id: string,
    readonly body: AdjustmentBody,
  ) {
    super();
  }
}

@Controller('accounts')
@ApiTags('Money')
export class AdjustBalanceController {
  constructor(private readonly commands: CommandBus) {}

  @Post(':account_id/adjustments')
  @MoneyRoute(
    'Adjust the balance of a day',
    AdjustmentBody,
    ADJUSTMENT_EXAMPLE,
    'nothing_to_adjust',
    'envelope_archived',
    'envelope_overdrawn',
    'credit_limit_exceeded',
  )
  adjust(
    @Context() context: RequestContext,
    @Param('account_id', pathId('acc')) account_id: string,
    @Body() body: AdjustmentBody,
  ): Promise<MoneyAnswer> {
    return this.commands.execute(new AdjustBalance(context, account_id, body));
  }
}

@CommandHandler(AdjustBalance)
export class AdjustBalanceHandler implements ICommandHandler<AdjustBalance> {
  constructor(private readonly bookkeeper: Bookkeeper) {}

  /** @throws Problem as Bookkeeper does. */
  execute({ context, account_id, body }: AdjustBalance): Promise<MoneyAnswer> {
    return recordMoney(this.bookkeeper, context, account_id, (terms) => adjustmentOf(terms, body));
  }
}

/** What the ledger is asked for. */
export function adjustmentOf(terms: Terms, body: AdjustmentBody): domain.AdjustBalance {
  return {
    type: 'AdjustBalance',
    ...terms.money(body),
    envelope_id: body.envelope_id ?? AVAILABLE_ID,
    balance_minor: terms.minor('balance', body.balance),
  };
}
