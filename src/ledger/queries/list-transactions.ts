import { Controller, Get, Param } from '@nestjs/common';
import { Query, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';

import { declareList, List, type ListRequestOf } from '../../http/list-query.js';
import { AnswersPageOf, type Page } from '../../http/page.js';
import { pathId } from '../../http/path-params.js';
import { Problems } from '../../http/problems.js';
import { numberedIdParameter } from '../../http/query-parameters.js';
import { Context, type RequestContext } from '../../identity/request-context.js';
import { EXAMPLE_REGISTER } from '../projections/examples.js';
import { RegisterPages } from '../projections/register-pages.js';
import { TransactionView } from '../projections/transaction-view.js';
import { REGISTER_FILTERS, REGISTER_ORDERS, REGISTER_SEARCH } from './register-filters.js';
import { registerPage } from './register-page.js';

const REGISTER_LIST = declareList({
  order: REGISTER_ORDERS,
  order_with: { filters: ['from', 'to'], order: 'effective_on' },
  default_dir: 'desc',
  search: REGISTER_SEARCH,
  filters: {
    envelope_id: numberedIdParameter('Transactions that changed this envelope'),
    ...REGISTER_FILTERS,
  },
});
type RegisterListRequest = ListRequestOf<typeof REGISTER_LIST>;

/** The register of an account, newest first. */
export class ListTransactions extends Query<Page<TransactionView>> {
  constructor(
    readonly context: RequestContext,
    readonly account_id: string,
    readonly request: RegisterListRequest,
  ) {
    super();
  }
}

@Controller('accounts')
@ApiTags('Register')
export class ListTransactionsController {
  constructor(private readonly queries: QueryBus) {}

  @Get(':account_id/transactions')
  @ApiOperation({
    summary: 'List the transactions of an account',
    description:
      'In the order of recording, `balance` is the balance after the transaction was recorded; ordered by `effective_on`, it counts the days before and, of the same day, what was recorded before.',
  })
  @AnswersPageOf(TransactionView, EXAMPLE_REGISTER)
  @Problems('not_found', 'balance_out_of_range')
  list(
    @Context() context: RequestContext,
    @Param('account_id', pathId('acc')) account_id: string,
    @List(REGISTER_LIST) request: RegisterListRequest,
  ): Promise<Page<TransactionView>> {
    return this.queries.execute(new ListTransactions(context, account_id, request));
  }
}

@QueryHandler(ListTransactions)
export class ListTransactionsHandler implements IQueryHandler<ListTransactions> {
  constructor(private readonly pages: RegisterPages) {}

  /**
   * @throws Problem `not_found` without such an account in the household, `invalid_request` for an amount that its
   *   currency cannot have.
   */
  execute({ context, account_id, request }: ListTransactions): Promise<Page<TransactionView>> {
    const { envelope_id, ...filters } = request.filters;
    const whose = { envelope_id, of_envelope: false };
    return registerPage(this.pages, { context, account_id }, { ...request, filters }, whose);
  }
}
