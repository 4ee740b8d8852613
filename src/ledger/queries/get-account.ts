import { Controller, Get, Param } from '@nestjs/common';
import { Query, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import { pathId } from '../../http/path-params.js';
import { Problems } from '../../http/problems.js';
import { dateParameter, flagParameter, Parameters, type ValuesOf } from '../../http/query-parameters.js';
import { Context, type RequestContext } from '../../identity/request-context.js';
import { accountOf } from '../projections/account-document.js';
import { AccountView, viewAccount } from '../projections/account-view.js';
import { EXAMPLE_ACCOUNT } from '../projections/examples.js';
import { Accounts } from '../projections/accounts.js';
import { PastAccounts } from '../projections/past-accounts.js';

const ACCOUNT_PARAMETERS = {
  include_archived: flagParameter('Show archived envelopes too'),
  as_of: dateParameter(
    'Balances at the end of this day, by effective dates. Names and all else are as they are now; envelopes archived since are shown where they were not empty.',
  ),
};
type AccountParameters = ValuesOf<typeof ACCOUNT_PARAMETERS>;

/** One account. */
export class GetAccount extends Query<AccountView> {
  constructor(
    readonly context: RequestContext,
    readonly account_id: string,
    readonly parameters: AccountParameters,
  ) {
    super();
  }
}

@Controller('accounts')
@ApiTags('Accounts')
export class GetAccountController {
  constructor(private readonly queries: QueryBus) {}

  @Get(':account_id')
  @ApiOperation({ summary: 'Get an account with its envelopes' })
  @ApiOkResponse({ type: AccountView, example: EXAMPLE_ACCOUNT })
  @Problems('not_found', 'balance_out_of_range')
  get(
    @Context() context: RequestContext,
    @Param('account_id', pathId('acc')) account_id: string,
    @Parameters(ACCOUNT_PARAMETERS) parameters: AccountParameters,
  ): Promise<AccountView> {
    return this.queries.execute(new GetAccount(context, account_id, parameters));
  }
}

@QueryHandler(GetAccount)
export class GetAccountHandler implements IQueryHandler<GetAccount> {
  constructor(
    private readonly accounts: Accounts,
    private readonly past: PastAccounts,
  ) {}

  /** @throws Problem `not_found` without such an account in the household. */
  async execute({ context, account_id, parameters }: GetAccount): Promise<AccountView> {
    const { as_of, include_archived: archived = false } = parameters;
    if (as_of === undefined) {
      const document = await this.accounts.require(context.household_id, account_id);
      return viewAccount(accountOf(document), { archived });
    }
    const { envelopes, ...account } = await this.past.require(context.household_id, account_id, as_of);
    const shown = envelopes.filter((one) => archived || !one.archived || one.balance_minor !== 0);
    return viewAccount({ ...account, envelopes: shown }, { archived: true });
  }
}
