import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import { pathId } from '../../http/path-params.js';
import { Problems } from '../../http/problems.js';
import { Context, type RequestContext } from '../../identity/request-context.js';
import { AccountView } from '../projections/account-view.js';
import { EXAMPLE_CLOSED_ACCOUNT } from '../projections/examples.js';
import { accountAnswer } from './account-answer.js';
import { NoFields } from './bodies.js';
import { Bookkeeper } from './bookkeeper.js';
import { keptAs } from './kept-answers.js';

/** Takes a closed account up again. */
export class ReopenAccount extends Command<AccountView> {
  constructor(
    readonly context: RequestContext,
    readonly account_id: string,
  ) {
    super();
  }
}

@Controller('accounts')
@ApiTags('Accounts')
export class ReopenAccountController {
  constructor(private readonly commands: CommandBus) {}

  @Post(':account_id/reopen')
  @HttpCode(200)
  @ApiOperation({ summary: 'Reopen a closed account' })
  @ApiOkResponse({
    type: AccountView,
    example: { ...EXAMPLE_CLOSED_ACCOUNT, state: 'open', version: 30 } satisfies AccountView,
  })
  @Problems('not_found', 'name_taken')
  reopen(
    @Context() context: RequestContext,
    @Param('account_id', pathId('acc')) account_id: string,
    @Body(NoFields) _nothing: undefined,
  ): Promise<AccountView> {
    return this.commands.execute(new ReopenAccount(context, account_id));
  }
}

@CommandHandler(ReopenAccount)
export class ReopenAccountHandler implements ICommandHandler<ReopenAccount> {
  constructor(private readonly bookkeeper: Bookkeeper) {}

  /** @throws Problem as Bookkeeper does. */
  async execute({ context, account_id }: ReopenAccount): Promise<AccountView> {
    const recorded = await this.bookkeeper.record(
      context,
      account_id,
      (terms) => ({ type: 'ReopenAccount', effective_on: terms.today }),
      { answer: keptAs(200, accountAnswer) },
    );
    return accountAnswer(recorded);
  }
}
