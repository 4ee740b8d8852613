import { Body, Controller, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiExtraModels, ApiTags } from '@nestjs/swagger';

import { TakesBodiesUpTo } from '../../http/body-limit.js';
import { pathId } from '../../http/path-params.js';
import { IsListOfKinds } from '../../http/wire-unions.js';
import { Context, type RequestContext } from '../../identity/request-context.js';
import { newId } from '../../kernel/ids.js';
import type { RecordBatch as RecordTheBatch } from '../domain/commands.js';
import { LIMITS } from '../domain/limits.js';
import { BATCH_ITEMS, commandOf, type BatchItem } from './batch-bodies.js';
import { BATCH_EXAMPLE } from './batch-examples.js';
import { Bookkeeper, type Recorded } from './bookkeeper.js';
import { keptAs } from './kept-answers.js';
import { BatchAnswer, severalAnswer } from './money-answer.js';
import { SeveralRoute } from './money-route.js';
import type { Terms } from './terms.js';

/** The largest body of a batch, in bytes: 1,000 commands of a hundred postings and long descriptions each fit. */
const BODY_LIMIT = 8 * 1_048_576;

/** Several commands, recorded in their order. */
export class BatchBody {
  @IsListOfKinds({
    field: 'command',
    kinds: BATCH_ITEMS,
    max: LIMITS.at_once,
    description: 'Each is the body of its own route, and `command` says which one',
    example: BATCH_EXAMPLE.requests['two bills'].commands,
  })
  readonly commands!: BatchItem[];
}

/** Records several transactions, all or none, each judged on what those before it leave. */
export class RecordBatch extends Command<BatchAnswer> {
  constructor(
    readonly context: RequestContext,
    readonly account_id: string,
    readonly body: BatchBody,
  ) {
    super();
  }
}

@Controller('accounts')
@ApiTags('Batches')
@ApiExtraModels(...Object.values(BATCH_ITEMS))
export class RecordBatchController {
  constructor(private readonly commands: CommandBus) {}

  @Post(':account_id/batch')
  @TakesBodiesUpTo(BODY_LIMIT)
  @SeveralRoute(
    'Record up to 1,000 transactions at once, all or none; the body may have 8 MiB',
    BatchBody,
    BatchAnswer,
    BATCH_EXAMPLE,
    'envelope_archived',
    'envelope_overdrawn',
    'credit_limit_exceeded',
    'split_exceeds_amount',
    'nothing_to_adjust',
  )
  record(
    @Context() context: RequestContext,
    @Param('account_id', pathId('acc')) account_id: string,
    @Body() body: BatchBody,
  ): Promise<BatchAnswer> {
    return this.commands.execute(new RecordBatch(context, account_id, body));
  }
}

@CommandHandler(RecordBatch)
export class RecordBatchHandler implements ICommandHandler<RecordBatch> {
  constructor(private readonly bookkeeper: Bookkeeper) {}

  /** @throws Problem as Bookkeeper does; one command's refusal carries its `index`. */
  async execute({ context, account_id, body: { commands } }: RecordBatch): Promise<BatchAnswer> {
    const batch_id = newId('bat');
    const ask = (terms: Terms): RecordTheBatch => ({
      type: 'RecordBatch',
      batch_id,
      commands: commands.map((item, index) => commandOf(terms.within(`commands[${index}]`), item)),
    });
    const recorded = (result: Recorded): BatchAnswer => ({ batch_id, ...severalAnswer(result) });
    const result = await this.bookkeeper.record(context, account_id, ask, {
      further: receiversOf(commands),
      weight: commands.length,
      answer: keptAs(201, recorded),
    });
    return recorded(result);
  }
}

const receiversOf = (commands: readonly BatchItem[]): string[] => [
  ...new Set(commands.flatMap((item) => (item.command === 'transfer' ? [item.to_account_id] : []))),
];
