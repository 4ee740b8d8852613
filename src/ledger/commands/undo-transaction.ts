import { Body, Controller, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';

import { pathId } from '../../http/path-params.js';
import { Context, type RequestContext } from '../../identity/request-context.js';
import { UndoBody } from './bodies.js';
import { Bookkeeper } from './bookkeeper.js';
import { moneyAnswer, type MoneyAnswer } from './money-answer.js';
import { UNDO_CHOSEN_EXAMPLE } from './money-examples.js';
import { MoneyRoute } from './money-route.js';

/** Undoes a chosen transaction, whatever came after it. */
export class UndoTransaction extends Command<MoneyAnswer> {
  constructor(
    readonly context: RequestContext,
    readonly account_id: string,
    readonly transaction_id: string,
    readonly body: UndoBody,
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
    UndoBody,
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
    @Body() body: UndoBody,
  ): Promise<MoneyAnswer> {
    return this.commands.execute(new UndoTransaction(context, account_id, transaction_id, body));
  }
}

@CommandHandler(UndoTransaction)
export class UndoTransactionHandler implements ICommandHandler<UndoTransaction> {
  constructor(private readonly bookkeeper: Bookkeeper) {}

  /** @throws Problem as Bookkeeper does. */
  async execute({ context, account_id, transaction_id, body }: UndoTransaction): Promise<MoneyAnswer> {
    const recorded = await this.bookkeeper.record(context, account_id, (terms) => ({
      type: 'UndoTransaction',
      ...terms.money(body),
      transaction_id,
    }));
    return moneyAnswer(recorded);
  }
}
