import { Body, Controller, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';

import { pathId } from '../../http/path-params.js';
import { IsAmount, IsNumberedId } from '../../http/wire-types.js';
import { Context, type RequestContext } from '../../identity/request-context.js';
import type { WithdrawCash } from '../domain/commands.js';
import { MoneyBody } from './bodies.js';
import { Bookkeeper } from './bookkeeper.js';
import type { MoneyAnswer } from './money-answer.js';
import { WITHDRAWAL_EXAMPLE } from './money-examples.js';
import { MoneyRoute } from './money-route.js';
import { recordMoney } from './record-money.js';
import type { Terms } from './terms.js';

/** Cash taken out. */
export class WithdrawalBody extends MoneyBody {
  @IsNumberedId({ example: 3 })
  readonly envelope_id!: number;

  @IsAmount({ example: 40 })
  readonly amount!: number;
}

/** Takes cash out of one envelope. */
export class Withdraw extends Command<MoneyAnswer> {
  constructor(
    readonly context: RequestContext,
    readonly account_id: string,
    readonly body: WithdrawalBody,
  ) {
    super();
  }
}

@Controller('accounts')
@ApiTags('Money')
export class WithdrawController {
  constructor(private readonly commands: CommandBus) {}

  @Post(':account_id/withdrawals')
  @MoneyRoute(
    'Withdraw cash from an envelope',
    WithdrawalBody,
    WITHDRAWAL_EXAMPLE,
    'envelope_archived',
    'envelope_overdrawn',
    'credit_limit_exceeded',
  )
  withdraw(
    @Context() context: RequestContext,
    @Param('account_id', pathId('acc')) account_id: string,
    @Body() body: WithdrawalBody,
  ): Promise<MoneyAnswer> {
    return this.commands.execute(new Withdraw(context, account_id, body));
  }
}

@CommandHandler(Withdraw)
export class WithdrawHandler implements ICommandHandler<Withdraw> {
  constructor(private readonly bookkeeper: Bookkeeper) {}

  /** @throws Problem as Bookkeeper does. */
  execute({ context, account_id, body }: Withdraw): Promise<MoneyAnswer> {
    return recordMoney(this.bookkeeper, context, account_id, (terms) => withdrawalOf(terms, body));
  }
}

/** What the ledger is asked for. */
export function withdrawalOf(terms: Terms, body: WithdrawalBody): WithdrawCash {
  return {
    type: 'WithdrawCash',
    ...terms.money(body),
    envelope_id: body.envelope_id,
    amount_minor: terms.minor('amount', body.amount),
  };
}
