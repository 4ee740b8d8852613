import { Controller, Get } from '@nestjs/common';
import { Query, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';

import { declareList, List, searchCondition, type ListRequestOf } from '../../http/list-query.js';
import { keysetSlice } from '../../http/keyset.js';
import {
  AnswersPageOf,
  COUNTED,
  countedTotal,
  exactTotal,
  pageOf,
  storedValue,
  type Page,
} from '../../http/page.js';
import { choiceParameter } from '../../http/query-parameters.js';
import { Context, type RequestContext } from '../../identity/request-context.js';
import { CURRENCIES } from '../../kernel/currency.js';
import { ACCOUNT_STATES, ACCOUNT_TYPES } from '../domain/account.js';
import { accountOf } from '../projections/account-document.js';
import { AccountView, viewAccount } from '../projections/account-view.js';
import { EXAMPLE_ACCOUNT } from '../projections/examples.js';
import { Accounts } from '../projections/accounts.js';

const ACCOUNT_LIST = declareList({
  // Names are put in order without regard to case.
  order: {
    name: { name_key: 'string', _id: 'string' },
    opened_on: { opened_on: 'string', _id: 'string' },
  },
  default_dir: 'asc',
  search: ['name'],
  filters: {
    account_type: choiceParameter('Accounts of this type', ACCOUNT_TYPES),
    state: choiceParameter('Open accounts, or closed ones', ACCOUNT_STATES),
    currency: choiceParameter('Accounts in this currency', CURRENCIES),
  },
});
type AccountListRequest = ListRequestOf<typeof ACCOUNT_LIST>;

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
    const filtered = Object.keys(condition).length > 0;
    const { documents, count } = await this.accounts.page(
      context.household_id,
      condition,
      keysetSlice(request),
      filtered ? COUNTED + 1 : undefined,
    );
    return pageOf(
      request,
      documents,
      filtered ? countedTotal(count) : exactTotal(count),
      (document) => viewAccount(accountOf(document)),
      storedValue,
    );
  }
}
