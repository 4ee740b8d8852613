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

/** Removes a payer; pay that came from it stays. */
export class RemovePayer extends Command<VersionLeft> {
  constructor(
    readonly context: RequestContext,
    readonly account_id: string,
    readonly payer_id: number,
  ) {
    super();
  }
}

@Controller('accounts')
@ApiTags('Payers')
export class RemovePayerController {
  constructor(private readonly commands: CommandBus) {}

  @Delete(':account_id/payers/:payer_id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Remove a payer' })
  @AnswersVersionAlone()
  @Problems('not_found', 'account_closed')
  remove(
    @Context() context: RequestContext,
    @Param('account_id', pathId('acc')) account_id: string,
    @Param('payer_id', PathNumber) payer_id: number,
    @Body(NoFields) _nothing: undefined,
  ): Promise<VersionLeft> {
    return this.commands.execute(new RemovePayer(context, account_id, payer_id));
  }
}

@CommandHandler(RemovePayer)
export class RemovePayerHandler implements ICommandHandler<RemovePayer> {
  constructor(private readonly bookkeeper: Bookkeeper) {}

  /** @throws Problem as Bookkeeper does. */
  async execute({ context, account_id, payer_id }: RemovePayer): Promise<VersionLeft> {
    const { account } = await this.bookkeeper.record(
      context,
      account_id,
      (terms) => ({ type: 'RemovePayer', effective_on: terms.today, payer_id }),
      { answer: keptEmpty },
    );
    return { version: account.version };
  }
}
