import { Body, Controller, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';

import { pathId } from '../../http/path-params.js';
import { IsAmount, IsNumberedId } from '../../http/wire-types.js';
import { Context, type RequestContext } from '../../identity/request-context.js';
import type { MoveMoney } from '../domain/commands.js';
import { MoneyBody } from './bodies.js';
import { Bookkeeper } from './bookkeeper.js';
import type { MoneyAnswer } from './money-answer.js';
import { MOVE_EXAMPLE } from './money-examples.js';
import { MoneyRoute } from './money-route.js';
import { recordMoney } from './record-money.js';
import type { Terms } from './terms.js';

/** Money that changes its envelope within the account. */
export class MoveBody extends MoneyBody {
  @IsNumberedId({ example: 0 })
  readonly from_id!: number;

  @IsNumberedId({ example: 3 })
  readonly to_id!: number;

  @IsAmount({ example: 100 })
  readonly amount!: number;
}

/** Moves money from one envelope to another, never more than the source holds. */
export class Move extends Command<MoneyAnswer> {
  constructor(
    readonly context: RequestContext,
    readonly account_id: string,
    readonly body: MoveBody,
  ) {
    super();
  }
}

@Controller('accounts')
@ApiTags('Money')
export class MoveController {
  constructor(private readonly commands: CommandBus) {}

  @Post(':account_id/moves')
  @MoneyRoute(
    'Move money between envelopes',
    MoveBody,
    MOVE_EXAMPLE,
    'envelope_archived',
    'envelope_overdrawn',
  )
  move(
    @Context() context: RequestContext,
    @Param('account_id', pathId('acc')) account_id: string,
    @Body() body: MoveBody,
  ): Promise<MoneyAnswer> {
    return this.commands.execute(new Move(context, account_id, body));
  }
}

@CommandHandler(Move)
export class MoveHandler implements ICommandHandler<Move> {
  constructor(private readonly bookkeeper: Bookkeeper) {}

  /** @throws Problem as Bookkeeper does. */
  execute({ context, account_id, body }: Move): Promise<MoneyAnswer> {
    return recordMoney(this.bookkeeper, context, account_id, (terms) => moveOf(terms, body));
  }
}

/** What the ledger is asked for. */
export function moveOf(terms: Terms, body: MoveBody): MoveMoney {
  return {
    type: 'MoveMoney',
    ...terms.money(body),
    from_id: body.from_id,
    to_id: body.to_id,
    amount_minor: terms.minor('amount', body.amount),
  };
}
