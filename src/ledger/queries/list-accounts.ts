import { Controller, Get } from '@nestjs/common';
import { Query, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';

import { declareList, List, searchCondition, type ListRequestOf } from '../../http/list-query.js';
import { AnswersPageOf, pageOf, type Page } from '../../http/page.js';
import { choiceParameter } from '../../http/query-parameters.js';
import { Context, type RequestContext } from '../../identity/request-context.js';
import { CURRENCIES } from '../../kernel/currency.js';
import { ACCOUNT_TYPES } from '../domain/account.js';
import { accountOf } from '../projections/account-document.js';
import { AccountView, viewAccount } from '../projections/account-view.js';
import { EXAMPLE_ACCOUNT } from '../projections/examples.js';
import { Accounts } from '../projections/accounts.js';

const ACCOUNT_LIST = declareList({
  order: ['name', 'opened_on'],
  default_dir: 'asc',
  search: ['name'],
  filters: {
    account_type: choiceParameter('Accounts of this type', ACCOUNT_TYPES),
    currency: choiceParameter('Accounts in this currency', CURRENCIES),
  },
});
type AccountListRequest = ListRequestOf<typeof ACCOUNT_LIST>;

// Names are put in order without regard to case.
const STORED_ORDER = { name: 'name_key', opened_on: 'opened_on' } as const;

/** The household's accounts. */
export class ListAccounts extends Query<Page<AccountView>> {
  constructor(
    readonly context: RequestContext,
    readonly request: AccountListRequest,
  ) {
    super();
  }
}

@Controller('accounts')
@ApiTags('Accounts')
export class ListAccountsController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @ApiOperation({ summary: 'List the accounts' })
  @AnswersPageOf(AccountView, [EXAMPLE_ACCOUNT])
  list(
    @Context() context: RequestContext,
    @List(ACCOUNT_LIST) request: AccountListRequest,
  ): Promise<Page<AccountView>> {
    return this.queries.execute(new ListAccounts(context, request));
  }
}

@QueryHandler(ListAccounts)
export class ListAccountsHandler implements IQueryHandler<ListAccounts> {
  constructor(private readonly accounts: Accounts) {}

  async execute({ context, request }: ListAccounts): Promise<Page<AccountView>> {
    const condition = { ...request.filters, ...searchCondition(ACCOUNT_LIST, request.q) };
    const direction = request.order_dir === 'asc' ? 1 : -1;
    const sort = { [STORED_ORDER[request.order_by]]: direction, _id: direction } as const;
    const { documents, total } = await this.accounts.page(context.household_id, condition, sort, request);
    return pageOf(
      request,
      documents.map((document) => viewAccount(accountOf(document))),
      total,
    );
  }
}
