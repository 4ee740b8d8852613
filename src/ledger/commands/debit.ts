import { Body, Controller, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';

import { pathId } from '../../http/path-params.js';
import { IsAmount, IsListOf, IsNumberedId } from '../../http/wire-types.js';
import { Context, type RequestContext } from '../../identity/request-context.js';
import type { DebitMoney } from '../domain/commands.js';
import type { EnvelopeAmount } from '../domain/account.js';
import { ADDED_UP, EnvelopeAmountBody, MAX_LISTED, MoneyBody } from './bodies.js';
import { Bookkeeper } from './bookkeeper.js';
import type { MoneyAnswer } from './money-answer.js';
import { DEBIT_EXAMPLE } from './money-examples.js';
import { MoneyRoute } from './money-route.js';
import { recordMoney } from './record-money.js';
import type { Terms } from './terms.js';

/** Spending: from one envelope (`envelope_id` and `amount`) or from several (`postings`). */
export class DebitBody extends MoneyBody {
  @IsNumberedId({ optional: true, description: 'With amount, for spending from one envelope' })
  readonly envelope_id?: number;

  @IsAmount({ optional: true, example: 62.4, description: 'With envelope_id' })
  readonly amount?: number;

  @IsListOf(() => EnvelopeAmountBody, {
    optional: true,
    max: MAX_LISTED,
    description: `In place of envelope_id and amount, for spending from several envelopes. ${ADDED_UP}`,
    example: [
      { envelope_id: 1, amount: 25.1 },
      { envelope_id: 3, amount: 40 },
    ],
  })
  readonly postings?: EnvelopeAmountBody[];
}

/** Spends from one envelope or several. */
export class Debit extends Command<MoneyAnswer> {
  constructor(
    readonly context: RequestContext,
    readonly account_id: string,
    readonly body: DebitBody,
  ) {
    super();
  }
}

@Controller('accounts')
@ApiTags('Money')
export class DebitController {
  constructor(private readonly commands: CommandBus) {}

  @Post(':account_id/debits')
  @MoneyRoute(
    'Spend from one envelope or several',
    DebitBody,
    DEBIT_EXAMPLE,
    'envelope_archived',
    'envelope_overdrawn',
    'credit_limit_exceeded',
  )
  debit(
    @Context() context: RequestContext,
    @Param('account_id', pathId('acc')) account_id: string,
    @Body() body: DebitBody,
  ): Promise<MoneyAnswer> {
    return this.commands.execute(new Debit(context, account_id, body));
  }
}

@CommandHandler(Debit)
export class DebitHandler implements ICommandHandler<Debit> {
  constructor(private readonly bookkeeper: Bookkeeper) {}

  /** @throws Problem as Bookkeeper does. */
  execute({ context, account_id, body }: Debit): Promise<MoneyAnswer> {
    return recordMoney(this.bookkeeper, context, account_id, (terms) => debitOf(terms, body));
  }
}

/** What the ledger is asked for. */
export function debitOf(terms: Terms, body: DebitBody): DebitMoney {
  return { type: 'DebitMoney', ...terms.money(body), postings: postingsOf(terms, body) };
}

function postingsOf(terms: Terms, { envelope_id, amount, postings }: DebitBody): EnvelopeAmount[] {
  if (postings) {
    if (envelope_id !== undefined) terms.refuse('envelope_id', 'must be left out beside postings');
    if (amount !== undefined) terms.refuse('amount', 'must be left out beside postings');
    return terms.amounts('postings', postings);
  }
  if (envelope_id === undefined) terms.refuse('envelope_id', 'must be given, or postings');
  if (amount === undefined) terms.refuse('amount', 'must be given, or postings');
  if (envelope_id === undefined || amount === undefined) return [];
  return [{ envelope_id, amount_minor: terms.minor('amount', amount) }];
}
