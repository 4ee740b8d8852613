import { Controller, Get, Param } from '@nestjs/common';
import { Query, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';

import { declareList, List, type ListRequestOf } from '../../http/list-query.js';
import { AnswersPageOf, type Page } from '../../http/page.js';
import { pathId } from '../../http/path-params.js';
import { Problems } from '../../http/problems.js';
import { flagParameter } from '../../http/query-parameters.js';
import { Context, type RequestContext } from '../../identity/request-context.js';
import { nameKey } from '../../kernel/text.js';
import { accountOf } from '../projections/account-document.js';
import { EnvelopeView, viewAccount } from '../projections/account-view.js';
import { EXAMPLE_ENVELOPES } from '../projections/examples.js';
import { Accounts } from '../projections/accounts.js';
import { pageOfAll } from './page-of-all.js';

const ENVELOPE_LIST = declareList({
  order: {
    id: { id: 'number' },
    name: { name_key: 'string', id: 'number' },
    balance: { balance: 'number', id: 'number' },
  },
  default_dir: 'asc',
  search: ['name'],
  filters: { include_archived: flagParameter('Show archived envelopes too') },
});
type EnvelopeListRequest = ListRequestOf<typeof ENVELOPE_LIST>;

/** The envelopes of an account. */
export class ListEnvelopes extends Query<Page<EnvelopeView>> {
  constructor(
    readonly context: RequestContext,
    readonly account_id: string,
    readonly request: EnvelopeListRequest,
  ) {
    super();
  }
}

@Controller('accounts')
@ApiTags('Envelopes')
export class ListEnvelopesController {
  constructor(private readonly queries: QueryBus) {}

  @Get(':account_id/envelopes')
  @ApiOperation({ summary: 'List the envelopes of an account' })
  @AnswersPageOf(EnvelopeView, EXAMPLE_ENVELOPES)
  @Problems('not_found')
  list(
    @Context() context: RequestContext,
    @Param('account_id', pathId('acc')) account_id: string,
    @List(ENVELOPE_LIST) request: EnvelopeListRequest,
  ): Promise<Page<EnvelopeView>> {
    return this.queries.execute(new ListEnvelopes(context, account_id, request));
  }
}

@QueryHandler(ListEnvelopes)
export class ListEnvelopesHandler implements IQueryHandler<ListEnvelopes> {
  constructor(private readonly accounts: Accounts) {}

  /** @throws Problem `not_found` without such an account in the household. */
  async execute({ context, account_id, request }: ListEnvelopes): Promise<Page<EnvelopeView>> {
    const document = await this.accounts.require(context.household_id, account_id);
    const archived = request.filters.include_archived ?? false;
    const { envelopes } = viewAccount(accountOf(document), { archived });
    return pageOfAll(request, envelopes, ({ name }) => name, {
      id: ({ id }) => id,
      name_key: ({ name }) => nameKey(name),
      balance: ({ balance }) => balance,
    });
  }
}
