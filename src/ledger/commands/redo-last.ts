import { Body, Controller, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';

import { pathId } from '../../http/path-params.js';
import { Parameters, type ValuesOf } from '../../http/query-parameters.js';
import { Context, type RequestContext } from '../../identity/request-context.js';
import type { RedoLast as RedoTheLast } from '../domain/commands.js';
import { LastBody, WHOLE_BATCH } from './bodies.js';
import { Bookkeeper } from './bookkeeper.js';
import type { MoneyAnswer, SeveralAnswer } from './money-answer.js';
import { REDO_LAST_EXAMPLE, REDO_WHOLE_EXAMPLE } from './undo-examples.js';
import { OneOrSeveralRoute } from './money-route.js';
import { recordMoney, recordSeveral } from './record-money.js';
import type { Terms } from './terms.js';

type Query = ValuesOf<typeof WHOLE_BATCH>;

/** Redoes what was undone last, again and again, until a transaction is recorded. */
export class RedoLast extends Command<MoneyAnswer | SeveralAnswer> {
  constructor(
    readonly context: RequestContext,
    readonly account_id: string,
    readonly body: LastBody,
    readonly whole_batch: boolean,
  ) {
    super();
  }
}

@Controller('accounts')
@ApiTags('Undo')
export class RedoLastController {
  constructor(private readonly commands: CommandBus) {}

  @Post(':account_id/redo')
  @OneOrSeveralRoute(
    'Redo the transaction that was undone last, or its batch',
    LastBody,
    REDO_LAST_EXAMPLE,
    REDO_WHOLE_EXAMPLE,
    'nothing_to_redo',
    'not_the_last',
    'envelope_overdrawn',
    'credit_limit_exceeded',
  )
  redo(
    @Context() context: RequestContext,
    @Param('account_id', pathId('acc')) account_id: string,
    @Body() body: LastBody,
    @Parameters(WHOLE_BATCH) { whole_batch = false }: Query,
  ): Promise<MoneyAnswer | SeveralAnswer> {
    return this.commands.execute(new RedoLast(context, account_id, body, whole_batch));
  }
}

@CommandHandler(RedoLast)
export class RedoLastHandler implements ICommandHandler<RedoLast> {
  constructor(private readonly bookkeeper: Bookkeeper) {}

  /** @throws Problem as Bookkeeper does. */
  execute({ context, account_id, body, whole_batch }: RedoLast): Promise<MoneyAnswer | SeveralAnswer> {
    const { expect } = body;
    const ask = (terms: Terms): RedoTheLast => ({
      type: 'RedoLast',
      ...terms.money(body),
      ...(expect !== undefined && { expect }),
      whole_batch,
    });
    const record = whole_batch ? recordSeveral : recordMoney;
    return record(this.bookkeeper, context, account_id, ask);
  }
}
