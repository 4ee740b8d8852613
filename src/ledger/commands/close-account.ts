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

/** Puts an account to rest whose envelopes are all empty. */
export class CloseAccount extends Command<AccountView> {
  constructor(
    readonly context: RequestContext,
    readonly account_id: string,
  ) {
    super();
  }
}

@Controller('accounts')
@ApiTags('Accounts')
export class CloseAccountController {
  constructor(private readonly commands: CommandBus) {}

  @Post(':account_id/close')
  @HttpCode(200)
  @ApiOperation({ summary: 'Close an empty account' })
  @ApiOkResponse({ type: AccountView, example: EXAMPLE_CLOSED_ACCOUNT })
  @Problems('not_found', 'account_not_empty')
  close(
    @Context() context: RequestContext,
    @Param('account_id', pathId('acc')) account_id: string,
    @Body(NoFields) _nothing: undefined,
  ): Promise<AccountView> {
    return this.commands.execute(new CloseAccount(context, account_id));
  }
}

@CommandHandler(CloseAccount)
export class CloseAccountHandler implements ICommandHandler<CloseAccount> {
  constructor(private readonly bookkeeper: Bookkeeper) {}

  /** @throws Problem as Bookkeeper does. */
  async execute({ context, account_id }: CloseAccount): Promise<AccountView> {
    const recorded = await this.bookkeeper.record(
      context,
      account_id,
      (terms) => ({ type: 'CloseAccount', effective_on: terms.today }),
      { answer: keptAs(200, accountAnswer) },
    );
    return accountAnswer(recorded);
  }
}
