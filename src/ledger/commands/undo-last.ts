import { Body, Controller, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';

import { pathId } from '../../http/path-params.js';
import { Parameters, type ValuesOf } from '../../http/query-parameters.js';
import { IsReference } from '../../http/wire-types.js';
import { Context, type RequestContext } from '../../identity/request-context.js';
import type { UndoBackTo, UndoLast as UndoTheLast } from '../domain/commands.js';
import { exampleTransactionId } from '../projections/examples.js';
import { LastBody, WHOLE_BATCH } from './bodies.js';
import { Bookkeeper } from './bookkeeper.js';
import type { MoneyAnswer, SeveralAnswer } from './money-answer.js';
import { UNDO_BACK_EXAMPLE, UNDO_LAST_EXAMPLE } from './undo-examples.js';
import { OneOrSeveralRoute } from './money-route.js';
import { recordMoney, recordSeveral } from './record-money.js';
import type { Terms } from './terms.js';

/** What is to be undone: the last transaction, its whole batch, or everything after one. */
export class UndoLastBody extends LastBody {
  @IsReference({
    optional: true,
    example: exampleTransactionId(16),
    description: 'Undoes everything after this transaction, judged at its end; not with whole_batch',
  })
  readonly back_to?: string;
}

type Query = ValuesOf<typeof WHOLE_BATCH>;

/** Undoes the last transaction that stands, again and again, down to the opening; or several at once. */
export class UndoLast extends Command<MoneyAnswer | SeveralAnswer> {
  constructor(
    readonly context: RequestContext,
    readonly account_id: string,
    readonly body: UndoLastBody,
    readonly whole_batch: boolean,
  ) {
    super();
  }
}

@Controller('accounts')
@ApiTags('Undo')
export class UndoLastController {
  constructor(private readonly commands: CommandBus) {}

  @Post(':account_id/undo')
  @OneOrSeveralRoute(
    'Undo the last transaction that stands, its batch, or everything after one',
    UndoLastBody,
    UNDO_LAST_EXAMPLE,
    UNDO_BACK_EXAMPLE,
    'opening_cannot_be_undone',
    'not_the_last',
    'not_a_money_transaction',
    'already_reversed',
    'envelope_overdrawn',
    'credit_limit_exceeded',
  )
  undo(
    @Context() context: RequestContext,
    @Param('account_id', pathId('acc')) account_id: string,
    @Body() body: UndoLastBody,
    @Parameters(WHOLE_BATCH) { whole_batch = false }: Query,
  ): Promise<MoneyAnswer | SeveralAnswer> {
    return this.commands.execute(new UndoLast(context, account_id, body, whole_batch));
  }
}

@CommandHandler(UndoLast)
export class UndoLastHandler implements ICommandHandler<UndoLast> {
  constructor(private readonly bookkeeper: Bookkeeper) {}

  /** @throws Problem as Bookkeeper does. */
  execute({ context, account_id, body, whole_batch }: UndoLast): Promise<MoneyAnswer | SeveralAnswer> {
    const several = whole_batch || body.back_to !== undefined;
    const record = several ? recordSeveral : recordMoney;
    return record(this.bookkeeper, context, account_id, (terms) => undoOf(terms, body, whole_batch));
  }
}

function undoOf(terms: Terms, body: UndoLastBody, whole_batch: boolean): UndoBackTo | UndoTheLast {
  const { back_to, expect } = body;
  const told = { ...terms.money(body), ...(expect !== undefined && { expect }) };
  if (back_to === undefined) return { type: 'UndoLast', ...told, whole_batch };
  if (whole_batch) terms.refuse('whole_batch', 'must be left out beside back_to');
  return { type: 'UndoBackTo', ...told, back_to };
}
