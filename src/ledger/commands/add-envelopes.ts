import { Body, Controller, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiBody, ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import { namedExamples } from '../../http/open-api-examples.js';
import { pathId } from '../../http/path-params.js';
import { Problems } from '../../http/problems.js';
import { IsListOfNames, IsName } from '../../http/wire-types.js';
import { Context, type RequestContext } from '../../identity/request-context.js';
import { LIMITS } from '../domain/limits.js';
import { viewEnvelope } from '../projections/account-view.js';
import { exampleEnvelope } from '../projections/examples.js';
import { Bookkeeper, type Recorded } from './bookkeeper.js';
import { EnvelopesAnswer } from './envelope-answers.js';
import { keptAs } from './kept-answers.js';
import { changedEnvelopes } from './money-answer.js';
import type { Terms } from './terms.js';

/** One envelope (`name`) or several (`names`). */
export class AddEnvelopesBody {
  @IsName({ optional: true, example: 'Food' })
  readonly name?: string;

  @IsListOfNames({
    optional: true,
    max: LIMITS.live_envelopes,
    description: 'In place of name, several at once',
    example: ['Food', 'Rent', 'Holiday'],
  })
  readonly names?: string[];
}

/** Adds envelopes, all or none. */
export class AddEnvelopes extends Command<EnvelopesAnswer> {
  constructor(
    readonly context: RequestContext,
    readonly account_id: string,
    readonly body: AddEnvelopesBody,
  ) {
    super();
  }
}

@Controller('accounts')
@ApiTags('Envelopes')
export class AddEnvelopesController {
  constructor(private readonly commands: CommandBus) {}

  @Post(':account_id/envelopes')
  @ApiOperation({ summary: 'Add envelopes' })
  @ApiBody({
    type: AddEnvelopesBody,
    examples: namedExamples({
      'several envelopes': { names: ['Food', 'Rent', 'Holiday'] },
      'one envelope': { name: 'Presents' },
    }),
  })
  @ApiCreatedResponse({
    type: EnvelopesAnswer,
    example: {
      envelopes: ([1, 2, 3] as const).map((id) => exampleEnvelope(id, 0)),
      version: 4,
    } satisfies EnvelopesAnswer,
  })
  @Problems('not_found', 'account_closed', 'name_taken', 'limit_reached')
  add(
    @Context() context: RequestContext,
    @Param('account_id', pathId('acc')) account_id: string,
    @Body() body: AddEnvelopesBody,
  ): Promise<EnvelopesAnswer> {
    return this.commands.execute(new AddEnvelopes(context, account_id, body));
  }
}

@CommandHandler(AddEnvelopes)
export class AddEnvelopesHandler implements ICommandHandler<AddEnvelopes> {
  constructor(private readonly bookkeeper: Bookkeeper) {}

  /** @throws Problem as Bookkeeper does. */
  async execute({ context, account_id, body }: AddEnvelopes): Promise<EnvelopesAnswer> {
    const recorded = await this.bookkeeper.record(
      context,
      account_id,
      (terms) => ({ type: 'AddEnvelopes', effective_on: terms.today, names: namesOf(terms, body) }),
      { answer: keptAs(201, added) },
    );
    return added(recorded);
  }
}

function added({ before, account }: Recorded): EnvelopesAnswer {
  const envelopes = changedEnvelopes(before, account);
  return {
    envelopes: envelopes.map((envelope) => viewEnvelope(envelope, account.currency)),
    version: account.version,
  };
}

function namesOf(terms: Terms, { name, names }: AddEnvelopesBody): string[] {
  if (name !== undefined && names) terms.refuse('names', 'must be left out beside name');
  if (name === undefined && !names) terms.refuse('name', 'must be given, or names');
  return names ?? [name ?? ''];
}
