import { Controller, Get, Param } from '@nestjs/common';
import { Query, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';

import { declareList, List, type ListRequestOf } from '../../http/list-query.js';
import { AnswersPageOf, type Page } from '../../http/page.js';
import { pathId } from '../../http/path-params.js';
import { Problems } from '../../http/problems.js';
import { Context, type RequestContext } from '../../identity/request-context.js';
import { nameKey } from '../../kernel/text.js';
import { PayerView, viewPayer } from '../projections/account-view.js';
import { EXAMPLE_PAYER } from '../projections/examples.js';
import { Accounts } from '../projections/accounts.js';
import { pageOfAll } from './page-of-all.js';

const PAYER_LIST = declareList({
  order: {
    id: { id: 'number' },
    payer: { payer_key: 'string', id: 'number' },
    amount: { amount: 'number', id: 'number' },
  },
  default_dir: 'asc',
  search: ['payer'],
  filters: {},
});
type PayerListRequest = ListRequestOf<typeof PAYER_LIST>;

/** The payers of an account. */
export class ListPayers extends Query<Page<PayerView>> {
  constructor(
    readonly context: RequestContext,
    readonly account_id: string,
    readonly request: PayerListRequest,
  ) {
    super();
  }
}

@Controller('accounts')
@ApiTags('Payers')
export class ListPayersController {
  constructor(private readonly queries: QueryBus) {}

  @Get(':account_id/payers')
  @ApiOperation({ summary: 'List the payers of an account' })
  @AnswersPageOf(PayerView, [EXAMPLE_PAYER])
  @Problems('not_found')
  list(
    @Context() context: RequestContext,
    @Param('account_id', pathId('acc')) account_id: string,
    @List(PAYER_LIST) request: PayerListRequest,
  ): Promise<Page<PayerView>> {
    return this.queries.execute(new ListPayers(context, account_id, request));
  }
}

@QueryHandler(ListPayers)
export class ListPayersHandler implements IQueryHandler<ListPayers> {
  constructor(private readonly accounts: Accounts) {}

  /** @throws Problem `not_found` without such an account in the household. */
  async execute({ context, account_id, request }: ListPayers): Promise<Page<PayerView>> {
    const { payers, currency } = await this.accounts.require(context.household_id, account_id);
    const views = payers.map((payer) => viewPayer(payer, currency));
    return pageOfAll(request, views, ({ payer }) => payer, {
      id: ({ id }) => id,
      payer_key: ({ payer }) => nameKey(payer),
      amount: ({ amount }) => amount,
    });
  }
}
