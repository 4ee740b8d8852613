import { Body, Controller, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';

import { pathId } from '../../http/path-params.js';
import { Context, type RequestContext } from '../../identity/request-context.js';
import { UndoBody } from './bodies.js';
import { Bookkeeper } from './bookkeeper.js';
import { moneyAnswer, type MoneyAnswer } from './money-answer.js';
import { UNDO_LAST_EXAMPLE } from './money-examples.js';
import { MoneyRoute } from './money-route.js';

/** Undoes the last transaction that stands; again and again, down to the opening. */
export class UndoLast extends Command<MoneyAnswer> {
  constructor(
    readonly context: RequestContext,
    readonly account_id: string,
    readonly body: UndoBody,
  ) {
    super();
  }
}

@Controller('accounts')
@ApiTags('Undo')
export class UndoLastController {
  constructor(private readonly commands: CommandBus) {}

  @Post(':account_id/undo')
  @MoneyRoute(
    'Undo the last transaction that stands',
    UndoBody,
    UNDO_LAST_EXAMPLE,
    'opening_cannot_be_undone',
    'envelope_overdrawn',
    'credit_limit_exceeded',
  )
  undo(
    @Context() context: RequestContext,
    @Param('account_id', pathId('acc')) account_id: string,
    @Body() body: UndoBody,
  ): Promise<MoneyAnswer> {
    return this.commands.execute(new UndoLast(context, account_id, body));
  }
}

@CommandHandler(UndoLast)
export class UndoLastHandler implements ICommandHandler<UndoLast> {
  constructor(private readonly bookkeeper: Bookkeeper) {}

  /** @throws Problem as Bookkeeper does. */
  async execute({ context, account_id, body }: UndoLast): Promise<MoneyAnswer> {
    const recorded = await this.bookkeeper.record(context, account_id, (terms) => ({
      type: 'UndoLast',
      ...terms.money(body),
    }));
    return moneyAnswer(recorded);
  }
}
