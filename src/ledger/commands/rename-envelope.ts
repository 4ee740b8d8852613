import { Body, Controller, Param, Patch } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import { pathId, PathNumber } from '../../http/path-params.js';
import { Problems } from '../../http/problems.js';
import { IsName } from '../../http/wire-types.js';
import { Context, type RequestContext } from '../../identity/request-context.js';
import { exampleEnvelope } from '../projections/examples.js';
import { Bookkeeper, type Recorded } from './bookkeeper.js';
import { EnvelopeAnswer, envelopeAnswer } from './envelope-answers.js';
import { keptAs } from './kept-answers.js';

/** The new name. */
export class RenameEnvelopeBody {
  @IsName({ example: 'Groceries' })
  readonly name!: string;
}

/** Renames an envelope, Available too. */
export class RenameEnvelope extends Command<EnvelopeAnswer> {
  constructor(
    readonly context: RequestContext,
    readonly account_id: string,
    readonly envelope_id: number,
    readonly body: RenameEnvelopeBody,
  ) {
    super();
  }
}

@Controller('accounts')
@ApiTags('Envelopes')
export class RenameEnvelopeController {
  constructor(private readonly commands: CommandBus) {}

  @Patch(':account_id/envelopes/:envelope_id')
  @ApiOperation({ summary: 'Rename an envelope' })
  @ApiOkResponse({
    type: EnvelopeAnswer,
    example: { ...exampleEnvelope(1, 537.6), name: 'Groceries', version: 9 } satisfies EnvelopeAnswer,
  })
  @Problems('not_found', 'account_closed', 'name_taken')
  rename(
    @Context() context: RequestContext,
    @Param('account_id', pathId('acc')) account_id: string,
    @Param('envelope_id', PathNumber) envelope_id: number,
    @Body() body: RenameEnvelopeBody,
  ): Promise<EnvelopeAnswer> {
    return this.commands.execute(new RenameEnvelope(context, account_id, envelope_id, body));
  }
}

@CommandHandler(RenameEnvelope)
export class RenameEnvelopeHandler implements ICommandHandler<RenameEnvelope> {
  constructor(private readonly bookkeeper: Bookkeeper) {}

  /** @throws Problem as Bookkeeper does. */
  async execute({ context, account_id, envelope_id, body }: RenameEnvelope): Promise<EnvelopeAnswer> {
    const renamed = (recorded: Recorded) => envelopeAnswer(recorded, envelope_id);
    const recorded = await this.bookkeeper.record(
      context,
      account_id,
      (terms) => ({ type: 'RenameEnvelope', effective_on: terms.today, envelope_id, name: body.name }),
      { answer: keptAs(200, renamed) },
    );
    return renamed(recorded);
  }
}
