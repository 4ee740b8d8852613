import { Body, Controller, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';

import { pathId } from '../../http/path-params.js';
import { Context, type RequestContext } from '../../identity/request-context.js';
import { REDO_BATCH_EXAMPLE } from './batch-examples.js';
import { ReversalBody } from './bodies.js';
import { Bookkeeper } from './bookkeeper.js';
import { BatchAnswer } from './money-answer.js';
import { SeveralRoute } from './money-route.js';
import { recordForBatch } from './record-money.js';

/** Redoes what is undone of a batch. */
export class RedoBatch extends Command<BatchAnswer> {
  constructor(
    readonly context: RequestContext,
    readonly batch_id: string,
    readonly body: ReversalBody,
  ) {
    super();
  }
}

@Controller('batches')
@ApiTags('Batches')
export class RedoBatchController {
  constructor(private readonly commands: CommandBus) {}

  @Post(':batch_id/redo')
  @SeveralRoute(
    'Redo what is undone of a batch, all or none',
    ReversalBody,
    BatchAnswer,
    REDO_BATCH_EXAMPLE,
    'nothing_to_redo',
    'limit_reached',
    'envelope_overdrawn',
    'credit_limit_exceeded',
  )
  redo(
    @Context() context: RequestContext,
    @Param('batch_id', pathId('bat')) batch_id: string,
    @Body() body: ReversalBody,
  ): Promise<BatchAnswer> {
    return this.commands.execute(new RedoBatch(context, batch_id, body));
  }
}

@CommandHandler(RedoBatch)
export class RedoBatchHandler implements ICommandHandler<RedoBatch> {
  constructor(private readonly bookkeeper: Bookkeeper) {}

  /** @throws Problem as Bookkeeper does. */
  execute({ context, batch_id, body }: RedoBatch): Promise<BatchAnswer> {
    return recordForBatch(this.bookkeeper, context, batch_id, (terms) => ({
      type: 'RedoBatch',
      ...terms.money(body),
      batch_id,
    }));
  }
}
