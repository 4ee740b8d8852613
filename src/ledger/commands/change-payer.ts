import { Body, Controller, Param, Patch } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import { pathId, PathNumber } from '../../http/path-params.js';
import { Problems } from '../../http/problems.js';
import { IsAmount, IsListOf, IsName } from '../../http/wire-types.js';
import { Context, type RequestContext } from '../../identity/request-context.js';
import { findPayer } from '../domain/account.js';
import type { LedgerCommand } from '../domain/commands.js';
import { EXAMPLE_PAYER } from '../projections/examples.js';
import { ADDED_UP, EnvelopeAmountBody, MAX_LISTED } from './bodies.js';
import { Bookkeeper, type Recorded } from './bookkeeper.js';
import { keptAs } from './kept-answers.js';
import { PayerAnswer, payerAnswer } from './payer-answer.js';
import type { Terms } from './terms.js';

/** What changes; what is left out stays. */
export class ChangePayerBody {
  @IsName({ optional: true, example: 'Acme Mills' })
  readonly payer?: string;

  @IsAmount({ optional: true, example: 2_500 })
  readonly amount?: number;

  @IsListOf(() => EnvelopeAmountBody, {
    optional: true,
    min: 0,
    max: MAX_LISTED,
    description: `The whole split. ${ADDED_UP}`,
    example: EXAMPLE_PAYER.split,
  })
  readonly split?: EnvelopeAmountBody[];
}

/** Changes a payer; pay that came before stays as it was recorded. */
export class ChangePayer extends Command<PayerAnswer> {
  constructor(
    readonly context: RequestContext,
    readonly account_id: string,
    readonly payer_id: number,
    readonly body: ChangePayerBody,
  ) {
    super();
  }
}

@Controller('accounts')
@ApiTags('Payers')
export class ChangePayerController {
  constructor(private readonly commands: CommandBus) {}

  @Patch(':account_id/payers/:payer_id')
  @ApiOperation({ summary: 'Change a payer' })
  @ApiOkResponse({
    type: PayerAnswer,
    example: { ...EXAMPLE_PAYER, amount: 2_500, version: 9 } satisfies PayerAnswer,
  })
  @Problems('not_found', 'account_closed', 'envelope_archived', 'split_exceeds_amount', 'limit_reached')
  change(
    @Context() context: RequestContext,
    @Param('account_id', pathId('acc')) account_id: string,
    @Param('payer_id', PathNumber) payer_id: number,
    @Body() body: ChangePayerBody,
  ): Promise<PayerAnswer> {
    return this.commands.execute(new ChangePayer(context, account_id, payer_id, body));
  }
}

@CommandHandler(ChangePayer)
export class ChangePayerHandler implements ICommandHandler<ChangePayer> {
  constructor(private readonly bookkeeper: Bookkeeper) {}

  /** @throws Problem as Bookkeeper does. */
  async execute({ context, account_id, payer_id, body }: ChangePayer): Promise<PayerAnswer> {
    const { payer, amount, split } = body;
    const changed = ({ account }: Recorded) => payerAnswer(account, findPayer(account, payer_id));
    const ask = (terms: Terms): LedgerCommand => ({
      type: 'ChangePayer',
      effective_on: terms.today,
      payer_id,
      ...(payer !== undefined && { name: payer }),
      ...(amount !== undefined && { amount_minor: terms.minor('amount', amount) }),
      ...(split && { split: terms.amounts('split', split) }),
    });
    const answer = keptAs(200, changed);
    return changed(await this.bookkeeper.record(context, account_id, ask, { answer }));
  }
}
