import { Body, Controller, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';

import { pathId } from '../../http/path-params.js';
import { Context, type RequestContext } from '../../identity/request-context.js';
import { ReversalBody } from './bodies.js';
import { Bookkeeper } from './bookkeeper.js';
import type { MoneyAnswer } from './money-answer.js';
import { UNDO_CHOSEN_EXAMPLE } from './undo-examples.js';
import { MoneyRoute } from './money-route.js';
import { recordMoney } from './record-money.js';

/** Undoes a chosen transaction, whatever came after it. */
export class UndoTransaction extends Command<MoneyAnswer> {
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
export class UndoTransactionController {
  constructor(private readonly commands: CommandBus) {}

  @Post(':account_id/transactions/:tx_id/undo')
  @MoneyRoute(
    'Undo a chosen transaction',
    ReversalBody,
    UNDO_CHOSEN_EXAMPLE,
    'opening_cannot_be_undone',
    'already_reversed',
    'not_a_money_transaction',
    'envelope_overdrawn',
    'credit_limit_exceeded',
  )
  undo(
    @Context() context: RequestContext,
    @Param('account_id', pathId('acc')) account_id: string,
    @Param('tx_id', pathId('tx')) transaction_id: string,
    @Body() body: ReversalBody,
  ): Promise<MoneyAnswer> {
    return this.commands.execute(new UndoTransaction(context, account_id, transaction_id, body));
  }
}

@CommandHandler(UndoTransaction)
export class UndoTransactionHandler implements ICommandHandler<UndoTransaction> {
  constructor(private readonly bookkeeper: Bookkeeper) {}

  /** @throws Problem as Bookkeeper does. */
  execute({ context, account_id, transaction_id, body }: UndoTransaction): Promise<MoneyAnswer> {
    return recordMoney(this.bookkeeper, context, account_id, (terms) => ({
      type: 'UndoTransaction',
      ...terms.money(body),
      transaction_id,
    }));
  }
}
