import { Body, Controller, Delete, HttpCode, Param } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';

import { AnswersVersionAlone, type VersionLeft } from '../../http/answer-version.js';
import { pathId, PathNumber } from '../../http/path-params.js';
import { Problems } from '../../http/problems.js';
import { Context, type RequestContext } from '../../identity/request-context.js';
import { NoFields } from './bodies.js';
import { Bookkeeper } from './bookkeeper.js';
import { keptEmpty } from './kept-answers.js';

/** Archives an envelope that is empty and in no payer's split. */
export class ArchiveEnvelope extends Command<VersionLeft> {
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
export class ArchiveEnvelopeController {
  constructor(private readonly commands: CommandBus) {}

  @Delete(':account_id/envelopes/:envelope_id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Archive an envelope' })
  @AnswersVersionAlone()
  @Problems(
    'not_found',
    'account_closed',
    'envelope_not_empty',
    'envelope_in_split',
    'available_cannot_be_archived',
  )
  archive(
    @Context() context: RequestContext,
    @Param('account_id', pathId('acc')) account_id: string,
    @Param('envelope_id', PathNumber) envelope_id: number,
    @Body(NoFields) _nothing: undefined,
  ): Promise<VersionLeft> {
    return this.commands.execute(new ArchiveEnvelope(context, account_id, envelope_id));
  }
}

@CommandHandler(ArchiveEnvelope)
export class ArchiveEnvelopeHandler implements ICommandHandler<ArchiveEnvelope> {
  constructor(private readonly bookkeeper: Bookkeeper) {}

  /** @throws Problem as Bookkeeper does. */
  async execute({ context, account_id, envelope_id }: ArchiveEnvelope): Promise<VersionLeft> {
    const { account } = await this.bookkeeper.record(
      context,
      account_id,
      (terms) => ({ type: 'ArchiveEnvelope', effective_on: terms.today, envelope_id }),
      { answer: keptEmpty },
    );
    return { version: account.version };
  }
}
