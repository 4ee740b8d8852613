import { Controller, Get, Param } from '@nestjs/common';
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
import { pathId } from '../../http/path-params.js';
import { Problems } from '../../http/problems.js';
import {
  amountParameter,
  choiceParameter,
  flagParameter,
  numberedIdParameter,
} from '../../http/query-parameters.js';
import { Context, type RequestContext } from '../../identity/request-context.js';
import { toMinor } from '../../kernel/money.js';
import { Problem } from '../../kernel/problem.js';
import { EXAMPLE_REGISTER } from '../projections/examples.js';
import { Accounts } from '../projections/accounts.js';
import { ROW_ROLES } from '../projections/register-row.js';
import { Register } from '../projections/register.js';
import { TRANSACTION_KINDS, TransactionView, viewTransaction } from '../projections/transaction-view.js';

const REGISTER_LIST = declareList({
  order: { recorded: { seq: 'number' } },
  default_dir: 'desc',
  search: ['description', 'notes', 'payer'],
  filters: {
    envelope_id: numberedIdParameter('Transactions that changed this envelope'),
    kind: choiceParameter('Transactions of this kind', TRANSACTION_KINDS),
    role: choiceParameter('Transactions themselves (root), undos, or redos', ROW_ROLES),
    standing: flagParameter('Whether they are in force'),
    min_amount: amountParameter('At least this amount, without sign; what a move moved'),
    max_amount: amountParameter('At most this amount, without sign; what a move moved'),
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
  @ApiOperation({ summary: 'List the transactions of an account' })
  @AnswersPageOf(TransactionView, EXAMPLE_REGISTER)
  @Problems('not_found')
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
  constructor(
    private readonly accounts: Accounts,
    private readonly register: Register,
  ) {}

  /**
   * @throws Problem `not_found` without such an account in the household, `invalid_request` for an amount that its
   *   currency cannot have.
   */
  async execute({ context, account_id, request }: ListTransactions): Promise<Page<TransactionView>> {
    const account = await this.accounts.require(context.household_id, account_id);
    const condition = conditionOf(request, account.currency);
    const slice = keysetSlice(request);
    const { rows, count } = await this.register.page(account, condition, slice, COUNTED + 1);
    const total = Object.keys(condition).length > 0 ? countedTotal(count) : exactTotal(count);
    return pageOf(request, rows, total, (row) => viewTransaction(row, account.currency), storedValue);
  }
}

function conditionOf({ filters, q }: RegisterListRequest, currency: string): Record<string, unknown> {
  const { envelope_id, min_amount, max_amount, ...equal } = filters;
  const size = {
    ...(min_amount !== undefined && { $gte: minorOf('min_amount', min_amount, currency) }),
    ...(max_amount !== undefined && { $lte: minorOf('max_amount', max_amount, currency) }),
  };
  return {
    ...equal,
    ...(envelope_id !== undefined && { 'postings.envelope_id': envelope_id }),
    ...(Object.keys(size).length > 0 && { size_minor: size }),
    ...searchCondition(REGISTER_LIST, q),
  };
}

function minorOf(field: string, amount: number, currency: string): number {
  const result = toMinor(amount, currency);
  if (result.ok) return result.minor;
  throw new Problem('invalid_request', { errors: [{ field, message: result.message }] });
}
