import { Body, Controller, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';

import { pathId } from '../../http/path-params.js';
import { Context, type RequestContext } from '../../identity/request-context.js';
import { ReversalBody } from './bodies.js';
import { Bookkeeper } from './bookkeeper.js';
import type { MoneyAnswer } from './money-answer.js';
import { REDO_CHOSEN_EXAMPLE } from './undo-examples.js';
import { MoneyRoute } from './money-route.js';
import { recordMoney } from './record-money.js';

/** Redoes a chosen transaction that is undone, however long ago. */
export class RedoTransaction extends Command<MoneyAnswer> {
  constructor(
    readonly context: RequestContext,
    readonly account_id: string,
    readonly transaction_id: string,
    readonly body: ReversalBody,
  ) {
    super();
  }
}

@Controller('accounts')
@ApiTags('Undo')
export class RedoTransactionController {
  constructor(private readonly commands: CommandBus) {}

  @Post(':account_id/transactions/:tx_id/redo')
  @MoneyRoute(
    'Redo a chosen transaction',
    ReversalBody,
    REDO_CHOSEN_EXAMPLE,
    'not_undone',
    'not_a_money_transaction',
    'envelope_overdrawn',
    'credit_limit_exceeded',
  )
  redo(
    @Context() context: RequestContext,
    @Param('account_id', pathId('acc')) account_id: string,
    @Param('tx_id', pathId('tx')) transaction_id: string,
    @Body() body: ReversalBody,
  ): Promise<MoneyAnswer> {
    return this.commands.execute(new RedoTransaction(context, account_id, transaction_id, body));
  }
}

@CommandHandler(RedoTransaction)
export class RedoTransactionHandler implements ICommandHandler<RedoTransaction> {
  constructor(private readonly bookkeeper: Bookkeeper) {}

  /** @throws Problem as Bookkeeper does. */
  execute({ context, account_id, transaction_id, body }: RedoTransaction): Promise<MoneyAnswer> {
    return recordMoney(this.bookkeeper, context, account_id, (terms) => ({
      type: 'RedoTransaction',
      ...terms.money(body),
      transaction_id,
    }));
  }
}
