import { Controller, Get, Param } from '@nestjs/common';
import { Query, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';

import { pathId } from '../../http/path-params.js';
import { Problems } from '../../http/problems.js';
import { Context, type RequestContext } from '../../identity/request-context.js';
import { FAULTS, Verification, type Fault } from '../projections/verification.js';

/** The first place where a log is not as it was recorded or, of a log that is, where it is not understood. */
export class LogBreakView {
  @ApiProperty({ type: 'number', example: 5, description: 'The sequence of the event that is meant' })
  readonly seq!: number;

  @ApiProperty({
    type: String,
    enum: [...FAULTS],
    example: 'edited',
    description:
      'edited: its fields are not those that were sealed. removed: it is gone. swapped: another event stands in its place, or it stands elsewhere. added: nobody recorded it. unknown_version: the log is sound, but the event has a `schema_version` that this service does not know, as one of a newer service has, so that transactions could not be counted. register_rows: the log is sound, the register has another number of transactions.',
  })
  readonly reason!: Fault;
}

/** What the check of a log came to. */
export class VerifiedView {
  @ApiProperty({
    type: Boolean,
    example: true,
    description:
      'True only where the whole log was understood, and the log and the number of transactions are right',
  })
  readonly ok!: boolean;

  @ApiProperty({
    type: 'integer',
    minimum: 0,
    example: 8,
    description: 'How many events are as they were recorded, counted up to the first that is not',
  })
  readonly events!: number;

  @ApiProperty({ type: LogBreakView, required: false })
  readonly first_break?: LogBreakView;
}

/** Whether an account's log is as it was recorded. */
export class VerifyAccount extends Query<VerifiedView> {
  constructor(
    readonly context: RequestContext,
    readonly account_id: string,
  ) {
    super();
  }
}

@Controller('accounts')
@ApiTags('Log')
export class VerifyAccountController {
  constructor(private readonly queries: QueryBus) {}

  @Get(':account_id/verify')
  @ApiOperation({
    summary: 'Check the log of an account',
    description:
      "Recomputes the hash of every event from the first on, and compares the last one with the account's, then the number of transactions in the log with that in the register. Takes time in proportion to the log.",
  })
  @ApiOkResponse({ type: VerifiedView, example: { ok: true, events: 8 } })
  @Problems('not_found')
  verify(
    @Context() context: RequestContext,
    @Param('account_id', pathId('acc')) account_id: string,
  ): Promise<VerifiedView> {
    return this.queries.execute(new VerifyAccount(context, account_id));
  }
}

@QueryHandler(VerifyAccount)
export class VerifyAccountHandler implements IQueryHandler<VerifyAccount> {
  constructor(private readonly verification: Verification) {}

  /** @throws Problem `not_found` without such an account in the household. */
  execute({ context, account_id }: VerifyAccount): Promise<VerifiedView> {
    return this.verification.verify(context.household_id, account_id);
  }
}
