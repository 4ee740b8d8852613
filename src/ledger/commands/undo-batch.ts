import { Body, Controller, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';

import { pathId } from '../../http/path-params.js';
import { Context, type RequestContext } from '../../identity/request-context.js';
import { UNDO_BATCH_EXAMPLE } from './batch-examples.js';
import { ReversalBody } from './bodies.js';
import { Bookkeeper } from './bookkeeper.js';
import { BatchAnswer } from './money-answer.js';
import { SeveralRoute } from './money-route.js';
import { recordForBatch } from './record-money.js';

/** Undoes what still stands of a batch. */
export class UndoBatch extends Command<BatchAnswer> {
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
export class UndoBatchController {
  constructor(private readonly commands: CommandBus) {}

  @Post(':batch_id/undo')
  @SeveralRoute(
    'Undo what stands of a batch, all or none',
    ReversalBody,
    BatchAnswer,
    UNDO_BATCH_EXAMPLE,
    'already_reversed',
    'limit_reached',
    'envelope_overdrawn',
    'credit_limit_exceeded',
  )
  undo(
    @Context() context: RequestContext,
    @Param('batch_id', pathId('bat')) batch_id: string,
    @Body() body: ReversalBody,
  ): Promise<BatchAnswer> {
    return this.commands.execute(new UndoBatch(context, batch_id, body));
  }
}

@CommandHandler(UndoBatch)
export class UndoBatchHandler implements ICommandHandler<UndoBatch> {
  constructor(private readonly bookkeeper: Bookkeeper) {}

  /** @throws Problem as Bookkeeper does. */
  execute({ context, batch_id, body }: UndoBatch): Promise<BatchAnswer> {
    return recordForBatch(this.bookkeeper, context, batch_id, (terms) => ({
      type: 'UndoBatch',
      ...terms.money(body),
      batch_id,
    }));
  }
}
