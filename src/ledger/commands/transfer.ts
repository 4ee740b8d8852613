import { Body, Controller, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';

import { pathId } from '../../http/path-params.js';
import { IsAmount, IsNumberedId, IsReference } from '../../http/wire-types.js';
import { Context, type RequestContext } from '../../identity/request-context.js';
import { newId } from '../../kernel/ids.js';
import { AVAILABLE_ID } from '../domain/account.js';
import type { TransferMoney } from '../domain/commands.js';
import { EXAMPLE_SAVINGS_ID } from '../projections/examples.js';
import { MoneyBody } from './bodies.js';
import { Bookkeeper } from './bookkeeper.js';
import type { MoneyAnswer } from './money-answer.js';
import { TRANSFER_EXAMPLE } from './money-examples.js';
import { MoneyRoute } from './money-route.js';
import { recordMoney } from './record-money.js';
import type { Terms } from './terms.js';

/** Money for another account of the household. */
export class TransferBody extends MoneyBody {
  @IsReference({ example: EXAMPLE_SAVINGS_ID })
  readonly to_account_id!: string;

  @IsAmount({ example: 200, description: "What leaves, in this account's currency" })
  readonly amount!: number;

  @IsNumberedId({ optional: true, default: AVAILABLE_ID, example: 0 })
  readonly from_envelope_id?: number;

  @IsNumberedId({
    optional: true,
    default: AVAILABLE_ID,
    example: 0,
    description: "The other account's envelope",
  })
  readonly to_envelope_id?: number;

  @IsAmount({
    optional: true,
    example: 184.5,
    description: "What arrives, in the other account's currency; given just where that is another one",
  })
  readonly to_amount?: number;
}

/** Sends money to another account of the household. */
export class Transfer extends Command<MoneyAnswer> {
  constructor(
    readonly context: RequestContext,
    readonly account_id: string,
    readonly body: TransferBody,
  ) {
    super();
  }
}

@Controller('accounts')
@ApiTags('Money')
export class TransferController {
  constructor(private readonly commands: CommandBus) {}

  @Post(':account_id/transfers')
  @MoneyRoute(
    'Transfer to another account',
    TransferBody,
    TRANSFER_EXAMPLE,
    'envelope_archived',
    'envelope_overdrawn',
    'credit_limit_exceeded',
  )
  transfer(
    @Context() context: RequestContext,
    @Param('account_id', pathId('acc')) account_id: string,
    @Body() body: TransferBody,
  ): Promise<MoneyAnswer> {
    return this.commands.execute(new Transfer(context, account_id, body));
  }
}

@CommandHandler(Transfer)
export class TransferHandler implements ICommandHandler<Transfer> {
  constructor(private readonly bookkeeper: Bookkeeper) {}

  /** @throws Problem as Bookkeeper does. */
  execute({ context, account_id, body }: Transfer): Promise<MoneyAnswer> {
    const ask = (terms: Terms) => transferOf(terms, body);
    return recordMoney(this.bookkeeper, context, account_id, ask, { further: [body.to_account_id] });
  }
}

/** What the ledger is asked for. Where the other account does not exist, it finds that out by itself. */
export function transferOf(terms: Terms, body: TransferBody): TransferMoney {
  const { to_account_id, to_amount } = body;
  const arriving = to_amount === undefined ? null : terms.minorOf(to_account_id, 'to_amount', to_amount);
  return {
    type: 'TransferMoney',
    ...terms.money(body),
    to_account_id,
    from_envelope_id: body.from_envelope_id ?? AVAILABLE_ID,
    to_envelope_id: body.to_envelope_id ?? AVAILABLE_ID,
    amount_minor: terms.minor('amount', body.amount),
    ...(arriving !== null && { to_amount_minor: arriving }),
    sent_id: newId('tx'),
    received_id: newId('tx'),
  };
}
