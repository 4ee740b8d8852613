import { Controller, Get, Param } from '@nestjs/common';
import { Query, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOperation, ApiProperty, ApiSchema, ApiTags } from '@nestjs/swagger';

import { EventLog } from '../../event-store/event-log.js';
import { declareList, List, type ListRequestOf } from '../../http/list-query.js';
import { keysetSlice } from '../../http/keyset.js';
import { AnswersPageOf, exactTotal, pageOf, storedValue, type Page } from '../../http/page.js';
import { pathId } from '../../http/path-params.js';
import { Problems } from '../../http/problems.js';
import { Context, type RequestContext } from '../../identity/request-context.js';
import { Accounts } from '../projections/accounts.js';
import { EXAMPLE_ACCOUNT, exampleTransactionId } from '../projections/examples.js';

const EVENT_LIST = declareList({
  order: { recorded: { seq: 'number' } },
  default_dir: 'asc',
  search: [],
  filters: {},
});
type EventListRequest = ListRequestOf<typeof EVENT_LIST>;

/** A posting as it is stored. */
export class StoredPostingView {
  @ApiProperty({ type: 'integer', minimum: 0, example: 1 })
  readonly envelope_id!: number;

  @ApiProperty({ type: 'integer', example: -6_240, description: 'In minor units, signed' })
  readonly amount_minor!: number;
}

/** An event as it is stored: what all events have is described here, each type has fields of its own beside it. */
@ApiSchema({
  description:
    'An event exactly as it is stored, with amounts in minor units, so that its hash can be recomputed: the lower-case hex SHA-256 over the RFC 8785 (JCS) form of all its fields but `hash`. `prev_hash` is the hash of the event before, null on the first.',
})
export class EventView {
  @ApiProperty({ type: String, example: exampleTransactionId(8) })
  readonly _id!: string;

  @ApiProperty({ type: String, example: 'hh_7x0000000000000000000000v1' })
  readonly household_id!: string;

  @ApiProperty({ type: String, example: EXAMPLE_ACCOUNT.id })
  readonly account_id!: string;

  @ApiProperty({ type: 'integer', minimum: 1, example: 8, description: 'Counts from 1, without gaps' })
  readonly seq!: number;

  @ApiProperty({ type: String, example: 'MoneyDebited', description: 'What happened' })
  readonly type!: string;

  @ApiProperty({ type: 'integer', minimum: 1, example: 1, description: "The shape of this type's fields" })
  readonly schema_version!: number;

  @ApiProperty({ type: String, format: 'date', example: '2026-01-31' })
  readonly effective_on!: string;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-31T18:00:00.000Z' })
  readonly recorded_at!: string;

  @ApiProperty({ type: String, example: 'usr_01kagx3q9sf8krqxfp6ydfn7v2', description: 'Who asked for it' })
  readonly actor_id!: string;

  @ApiProperty({ type: [StoredPostingView], description: 'What it adds to which envelope' })
  readonly postings!: readonly StoredPostingView[];

  @ApiProperty({
    type: 'integer',
    example: 263_760,
    description: "The account's balance after it, in minor units",
  })
  readonly balance_minor!: number;

  @ApiProperty({ type: String, nullable: true, example: 'a'.repeat(64) })
  readonly prev_hash!: string | null;

  @ApiProperty({ type: String, example: 'b'.repeat(64) })
  readonly hash!: string;
}

const EXAMPLE_EVENT: EventView = {
  _id: exampleTransactionId(8),
  household_id: 'hh_7x0000000000000000000000v1',
  account_id: EXAMPLE_ACCOUNT.id,
  seq: 8,
  type: 'MoneyDebited',
  schema_version: 1,
  effective_on: '2026-01-31',
  recorded_at: '2026-01-31T18:00:00.000Z',
  actor_id: 'usr_01kagx3q9sf8krqxfp6ydfn7v2',
  postings: [{ envelope_id: 1, amount_minor: -6_240 }],
  balance_minor: 263_760,
  prev_hash: 'a'.repeat(64),
  hash: 'b'.repeat(64),
};

/** The log of an account, from its opening on. */
export class ListEvents extends Query<Page<EventView>> {
  constructor(
    readonly context: RequestContext,
    readonly account_id: string,
    readonly request: EventListRequest,
  ) {
    super();
  }
}

@Controller('accounts')
@ApiTags('Log')
export class ListEventsController {
  constructor(private readonly queries: QueryBus) {}

  @Get(':account_id/events')
  @ApiOperation({
    summary: 'List the raw events of an account',
    description:
      'In the order of their sequence, as they are stored, so that anybody can check the chain of hashes. Those of a `schema_version` that this service does not know come like the others.',
  })
  @AnswersPageOf(EventView, [EXAMPLE_EVENT])
  @Problems('not_found')
  list(
    @Context() context: RequestContext,
    @Param('account_id', pathId('acc')) account_id: string,
    @List(EVENT_LIST) request: EventListRequest,
  ): Promise<Page<EventView>> {
    return this.queries.execute(new ListEvents(context, account_id, request));
  }
}

@QueryHandler(ListEvents)
export class ListEventsHandler implements IQueryHandler<ListEvents> {
  constructor(
    private readonly accounts: Accounts,
    private readonly log: EventLog,
  ) {}

  /** @throws Problem `not_found` without such an account in the household. */
  async execute({ context, account_id, request }: ListEvents): Promise<Page<EventView>> {
    const account = await this.accounts.require(context.household_id, account_id);
    const events = await this.log.part(account, keysetSlice(request));
    // A date in JSON has the form that it has in the hash.
    const view = (event: object) => JSON.parse(JSON.stringify(event)) as EventView;
    return pageOf(request, events, exactTotal(account.version), view, storedValue);
  }
}
