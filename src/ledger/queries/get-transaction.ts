import { Controller, Get, Param } from '@nestjs/common';
import { Query, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import { pathId } from '../../http/path-params.js';
import { Problems } from '../../http/problems.js';
import { Context, type RequestContext } from '../../identity/request-context.js';
import { Problem } from '../../kernel/problem.js';
import { Accounts } from '../projections/accounts.js';
import { EXAMPLE_DEBIT } from '../projections/examples.js';
import { Register } from '../projections/register.js';
import { TransactionView, viewTransaction } from '../projections/transaction-view.js';

/** One transaction, or one reversal. */
export class GetTransaction extends Query<TransactionView> {
  constructor(
    readonly context: RequestContext,
    readonly account_id: string,
    readonly transaction_id: string,
  ) {
    super();
  }
}

@Controller('accounts')
@ApiTags('Register')
export class GetTransactionController {
  constructor(private readonly queries: QueryBus) {}

  @Get(':account_id/transactions/:tx_id')
  @ApiOperation({ summary: 'Get a transaction' })
  @ApiOkResponse({ type: TransactionView, example: EXAMPLE_DEBIT })
  @Problems('not_found')
  get(
    @Context() context: RequestContext,
    @Param('account_id', pathId('acc')) account_id: string,
    @Param('tx_id', pathId('tx')) transaction_id: string,
  ): Promise<TransactionView> {
    return this.queries.execute(new GetTransaction(context, account_id, transaction_id));
  }
}

@QueryHandler(GetTransaction)
export class GetTransactionHandler implements IQueryHandler<GetTransaction> {
  constructor(
    private readonly accounts: Accounts,
    private readonly register: Register,
  ) {}

  /** @throws Problem `not_found` without such an account in the household, or such a transaction in it. */
  async execute({ context, account_id, transaction_id }: GetTransaction): Promise<TransactionView> {
    const account = await this.accounts.require(context.household_id, account_id);
    const row = await this.register.row(null, account, transaction_id);
    if (!row) throw new Problem('not_found');
    return viewTransaction(row, account.currency);
  }
}
