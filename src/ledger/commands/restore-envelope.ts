import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import { pathId, PathNumber } from '../../http/path-params.js';
import { Problems } from '../../http/problems.js';
import { Context, type RequestContext } from '../../identity/request-context.js';
import { NoFields } from './bodies.js';
import { exampleEnvelope } from '../projections/examples.js';
import { Bookkeeper, type Recorded } from './bookkeeper.js';
import { EnvelopeAnswer, envelopeAnswer } from './envelope-answers.js';
import { keptAs } from './kept-answers.js';

/** Brings an archived envelope back. */
export class RestoreEnvelope extends Command<EnvelopeAnswer> {
  constructor(
    readonly context: RequestContext,
    readonly account_id: string,
    readonly envelope_id: number,
  ) {
    super();
  }
}

@Controller('accounts')
@ApiTags('Envelopes')
export class RestoreEnvelopeController {
  constructor(private readonly commands: CommandBus) {}

  @Post(':account_id/envelopes/:envelope_id/restore')
  @HttpCode(200)
  @ApiOperation({ summary: 'Restore an archived envelope' })
  @ApiOkResponse({
    type: EnvelopeAnswer,
    example: { ...exampleEnvelope(3, 0), version: 14 } satisfies EnvelopeAnswer,
  })
  @Problems('not_found', 'account_closed', 'name_taken', 'limit_reached')
  restore(
    @Context() context: RequestContext,
    @Param('account_id', pathId('acc')) account_id: string,
    @Param('envelope_id', PathNumber) envelope_id: number,
    @Body(NoFields) _nothing: undefined,
  ): Promise<EnvelopeAnswer> {
    return this.commands.execute(new RestoreEnvelope(context, account_id, envelope_id));
  }
}

@CommandHandler(RestoreEnvelope)
export class RestoreEnvelopeHandler implements ICommandHandler<RestoreEnvelope> {
  constructor(private readonly bookkeeper: Bookkeeper) {}

  /** @throws Problem as Bookkeeper does. */
  async execute({ context, account_id, envelope_id }: RestoreEnvelope): Promise<EnvelopeAnswer> {
    const restored = (recorded: Recorded) => envelopeAnswer(recorded, envelope_id);
    const recorded = await this.bookkeeper.record(
      context,
      account_id,
      (terms) => ({ type: 'RestoreEnvelope', effective_on: terms.today, envelope_id }),
      { answer: keptAs(200, restored) },
    );
    return restored(recorded);
  }
}
