import { Body, Controller, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import { pathId } from '../../http/path-params.js';
import { Problems } from '../../http/problems.js';
import { IsAmount, IsListOf, IsName } from '../../http/wire-types.js';
import { Context, type RequestContext } from '../../identity/request-context.js';
import type { LedgerCommand } from '../domain/commands.js';
import { EXAMPLE_PAYER } from '../projections/examples.js';
import { ADDED_UP, EnvelopeAmountBody, MAX_LISTED } from './bodies.js';
import { Bookkeeper, type Recorded } from './bookkeeper.js';
import { keptAs } from './kept-answers.js';
import { PayerAnswer, payerAnswer } from './payer-answer.js';
import type { Terms } from './terms.js';

/** A source of income. */
export class PayerBody {
  @IsName({ example: 'Acme Mills' })
  readonly payer!: string;

  @IsAmount({ example: 2400, description: 'The usual pay' })
  readonly amount!: number;

  @IsListOf(() => EnvelopeAmountBody, {
    optional: true,
    min: 0,
    max: MAX_LISTED,
    description: `What of it goes where; what it leaves over goes to Available. ${ADDED_UP}`,
    example: EXAMPLE_PAYER.split,
  })
  readonly split?: EnvelopeAmountBody[];
}

/** Adds a payer with the split that its pay usually has. */
export class AddPayer extends Command<PayerAnswer> {
  constructor(
    readonly context: RequestContext,
    readonly account_id: string,
    readonly body: PayerBody,
  ) {
    super();
  }
}

@Controller('accounts')
@ApiTags('Payers')
export class AddPayerController {
  constructor(private readonly commands: CommandBus) {}

  @Post(':account_id/payers')
  @ApiOperation({ summary: 'Add a payer' })
  @ApiCreatedResponse({
    type: PayerAnswer,
    example: { ...EXAMPLE_PAYER, version: 5 } satisfies PayerAnswer,
  })
  @Problems('not_found', 'account_closed', 'envelope_archived', 'split_exceeds_amount', 'limit_reached')
  add(
    @Context() context: RequestContext,
    @Param('account_id', pathId('acc')) account_id: string,
    @Body() body: PayerBody,
  ): Promise<PayerAnswer> {
    return this.commands.execute(new AddPayer(context, account_id, body));
  }
}

@CommandHandler(AddPayer)
export class AddPayerHandler implements ICommandHandler<AddPayer> {
  constructor(private readonly bookkeeper: Bookkeeper) {}

  /** @throws Problem as Bookkeeper does. */
  async execute({ context, account_id, body }: AddPayer): Promise<PayerAnswer> {
    const added = ({ account }: Recorded) => payerAnswer(account, account.payers.at(-1));
    const ask = (terms: Terms): LedgerCommand => ({
      type: 'AddPayer',
      effective_on: terms.today,
      name: body.payer,
      amount_minor: terms.minor('amount', body.amount),
      split: terms.amounts('split', body.split ?? []),
    });
    const answer = keptAs(201, added);
    return added(await this.bookkeeper.record(context, account_id, ask, { answer }));
  }
}
