import { Body, Controller, Param, Patch } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import { pathId } from '../../http/path-params.js';
import { Problems } from '../../http/problems.js';
import { IsAmount, IsFlag, IsName } from '../../http/wire-types.js';
import { Context, type RequestContext } from '../../identity/request-context.js';
import type { LedgerCommand } from '../domain/commands.js';
import { AccountView } from '../projections/account-view.js';
import { EXAMPLE_ACCOUNT } from '../projections/examples.js';
import { accountAnswer } from './account-answer.js';
import { Bookkeeper } from './bookkeeper.js';
import { keptAs } from './kept-answers.js';
import type { Terms } from './terms.js';

/** What changes; what is left out stays. */
export class ChangeAccountBody {
  @IsName({ optional: true, example: 'Everyday' })
  readonly name?: string;

  @IsFlag({
    optional: true,
    example: true,
    description: 'Off only when nothing is below 0; takes the credit limit away',
  })
  readonly can_go_negative?: boolean;

  @IsAmount({ optional: true, nullable: true, example: 500, description: 'null takes the limit away' })
  readonly credit_limit?: number | null;
}

/** Changes an account's name, whether it may go below 0, and its credit limit. */
export class ChangeAccount extends Command<AccountView> {
  constructor(
    readonly context: RequestContext,
    readonly account_id: string,
    readonly body: ChangeAccountBody,
  ) {
    super();
  }
}

@Controller('accounts')
@ApiTags('Accounts')
export class ChangeAccountController {
  constructor(private readonly commands: CommandBus) {}

  @Patch(':account_id')
  @ApiOperation({ summary: 'Change an account' })
  @ApiOkResponse({
    type: AccountView,
    example: {
      ...EXAMPLE_ACCOUNT,
      can_go_negative: true,
      credit_limit: 500,
      version: 9,
    } satisfies AccountView,
  })
  @Problems('not_found', 'account_closed', 'name_taken', 'envelope_overdrawn', 'credit_limit_exceeded')
  change(
    @Context() context: RequestContext,
    @Param('account_id', pathId('acc')) account_id: string,
    @Body() body: ChangeAccountBody,
  ): Promise<AccountView> {
    return this.commands.execute(new ChangeAccount(context, account_id, body));
  }
}

@CommandHandler(ChangeAccount)
export class ChangeAccountHandler implements ICommandHandler<ChangeAccount> {
  constructor(private readonly bookkeeper: Bookkeeper) {}

  /** @throws Problem as Bookkeeper does. */
  async execute({ context, account_id, body }: ChangeAccount): Promise<AccountView> {
    const { name, can_go_negative, credit_limit } = body;
    const ask = (terms: Terms): LedgerCommand => {
      const limit = typeof credit_limit === 'number' ? terms.minor('credit_limit', credit_limit) : null;
      return {
        type: 'ChangeAccount',
        effective_on: terms.today,
        ...(name !== undefined && { name }),
        ...(can_go_negative !== undefined && { can_go_negative }),
        ...(credit_limit !== undefined && { credit_limit_minor: limit }),
      };
    };
    const answer = keptAs(200, accountAnswer);
    return accountAnswer(await this.bookkeeper.record(context, account_id, ask, { answer }));
  }
}
