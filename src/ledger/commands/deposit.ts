import { Body, Controller, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';

import { pathId } from '../../http/path-params.js';
import { IsAmount, IsNumberedId } from '../../http/wire-types.js';
import { Context, type RequestContext } from '../../identity/request-context.js';
import { AVAILABLE_ID } from '../domain/account.js';
import type { DepositMoney } from '../domain/commands.js';
import { MoneyBody } from './bodies.js';
import { Bookkeeper } from './bookkeeper.js';
import type { MoneyAnswer } from './money-answer.js';
import { DEPOSIT_EXAMPLE } from './money-examples.js';
import { MoneyRoute } from './money-route.js';
import { recordMoney } from './record-money.js';
import type { Terms } from './terms.js';

/** Money that comes in from outside. */
export class DepositBody extends MoneyBody {
  @IsNumberedId({ optional: true, default: AVAILABLE_ID, example: 0 })
  readonly envelope_id?: number;

  @IsAmount({ example: 50 })
  readonly amount!: number;
}

/** Puts money into one envelope, Available unless named. */
export class Deposit extends Command<MoneyAnswer> {
  constructor(
    readonly context: RequestContext,
    readonly account_id: string,
    readonly body: DepositBody,
  ) {
    super();
  }
}

@Controller('accounts')
@ApiTags('Money')
export class DepositController {
  constructor(private readonly commands: CommandBus) {}

  @Post(':account_id/deposits')
  @MoneyRoute('Deposit money into an envelope', DepositBody, DEPOSIT_EXAMPLE, 'envelope_archived')
  deposit(
    @Context() context: RequestContext,
    @Param('account_id', pathId('acc')) account_id: string,
    @Body() body: DepositBody,
  ): Promise<MoneyAnswer> {
    return this.commands.execute(new Deposit(context, account_id, body));
  }
}

@CommandHandler(Deposit)
export class DepositHandler implements ICommandHandler<Deposit> {
  constructor(private readonly bookkeeper: Bookkeeper) {}

  /** @throws Problem as Bookkeeper does. */
  execute({ context, account_id, body }: Deposit): Promise<MoneyAnswer> {
    return recordMoney(this.bookkeeper, context, account_id, (terms) => depositOf(terms, body));
  }
}

/** What the ledger is asked for. */
export function depositOf(terms: Terms, body: DepositBody): DepositMoney {
  return {
    type: 'DepositMoney',
    ...terms.money(body),
    envelope_id: body.envelope_id ?? AVAILABLE_ID,
    amount_minor: terms.minor('amount', body.amount),
  };
}
