import { Controller, Get, Param } from '@nestjs/common';
import { Query, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';

import { declareList, List, type ListRequestOf } from '../../http/list-query.js';
import { AnswersPageOf, type Page } from '../../http/page.js';
import { pathId, PathNumber } from '../../http/path-params.js';
import { Problems } from '../../http/problems.js';
import { Context, type RequestContext } from '../../identity/request-context.js';
import { EXAMPLE_DEBIT } from '../projections/examples.js';
import { RegisterPages } from '../projections/register-pages.js';
import { TransactionView } from '../projections/transaction-view.js';
import { REGISTER_FILTERS, REGISTER_ORDERS, REGISTER_SEARCH } from './register-filters.js';
import { registerPage } from './register-page.js';

const HISTORY_LIST = declareList({
  order: REGISTER_ORDERS,
  order_with: { filters: ['from', 'to'], order: 'effective_on' },
  default_dir: 'desc',
  search: REGISTER_SEARCH,
  filters: REGISTER_FILTERS,
});
type HistoryListRequest = ListRequestOf<typeof HISTORY_LIST>;

/** The transactions that changed an envelope, newest first. */
export class ListEnvelopeTransactions extends Query<Page<TransactionView>> {
  constructor(
    readonly context: RequestContext,
    readonly account_id: string,
    readonly envelope_id: number,
    readonly request: HistoryListRequest,
  ) {
    super();
  }
}

@Controller('accounts')
@ApiTags('Register')
export class ListEnvelopeTransactionsController {
  constructor(private readonly queries: QueryBus) {}

  @Get(':account_id/envelopes/:envelope_id/transactions')
  @ApiOperation({
    summary: 'List the history of an envelope',
    description:
      'Who changed it, when and why: the transactions that post to it, where `amount` and `balance` are those of the envelope.',
  })
  @AnswersPageOf(TransactionView, [{ ...EXAMPLE_DEBIT, balance: 537.6 }])
  @Problems('not_found', 'balance_out_of_range')
  list(
    @Context() context: RequestContext,
    @Param('account_id', pathId('acc')) account_id: string,
    @Param('envelope_id', PathNumber) envelope_id: number,
    @List(HISTORY_LIST) request: HistoryListRequest,
  ): Promise<Page<TransactionView>> {
    return this.queries.execute(new ListEnvelopeTransactions(context, account_id, envelope_id, request));
  }
}

@QueryHandler(ListEnvelopeTransactions)
export class ListEnvelopeTransactionsHandler implements IQueryHandler<ListEnvelopeTransactions> {
  constructor(private readonly pages: RegisterPages) {}

  /**
   * @throws Problem `not_found` without such an account in the household or such an envelope in it, `invalid_request`
   *   for an amount that its currency cannot have.
   */
  execute(query: ListEnvelopeTransactions): Promise<Page<TransactionView>> {
    const whose = { envelope_id: query.envelope_id, of_envelope: true };
    return registerPage(this.pages, query, query.request, whose);
  }
}
