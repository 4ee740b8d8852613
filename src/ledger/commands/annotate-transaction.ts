import { Body, Controller, Param, Patch } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';

import { pathId } from '../../http/path-params.js';
import { Problems } from '../../http/problems.js';
import { IsDescription, IsListOfNames, IsText } from '../../http/wire-types.js';
import { Context, type RequestContext } from '../../identity/request-context.js';
import { LIMITS } from '../domain/limits.js';
import { EXAMPLE_DEBIT } from '../projections/examples.js';
import { TransactionView, viewTransaction } from '../projections/transaction-view.js';
import { Bookkeeper, type Recorded } from './bookkeeper.js';
import { keptAs } from './kept-answers.js';

/** What is told of a transaction; what is left out stays. */
export class AnnotationBody {
  @IsDescription()
  readonly description?: string;

  @IsText(LIMITS.notes_length, { optional: true, example: 'Receipt in the blue folder' })
  readonly notes?: string;

  @IsListOfNames({
    optional: true,
    min: 0,
    max: LIMITS.tags,
    length: LIMITS.tag_length,
    description: 'All of them; those that are the same without case become one',
    example: ['market', 'receipt'],
  })
  readonly tags?: string[];
}

/** A transaction that was annotated. */
export class AnnotationAnswer extends TransactionView {
  @ApiProperty({ type: 'integer', minimum: 1, example: 25, description: "The account's version" })
  readonly version!: number;
}

/** Changes what is told of a transaction that stands. */
export class AnnotateTransaction extends Command<AnnotationAnswer> {
  constructor(
    readonly context: RequestContext,
    readonly account_id: string,
    readonly transaction_id: string,
    readonly body: AnnotationBody,
  ) {
    super();
  }
}

@Controller('accounts')
@ApiTags('Register')
export class AnnotateTransactionController {
  constructor(private readonly commands: CommandBus) {}

  @Patch(':account_id/transactions/:tx_id')
  @ApiOperation({ summary: 'Annotate a transaction' })
  @ApiOkResponse({
    type: AnnotationAnswer,
    example: {
      ...EXAMPLE_DEBIT,
      notes: 'Receipt in the blue folder',
      tags: ['market', 'receipt'],
      version: 25,
    } satisfies AnnotationAnswer,
  })
  @Problems('not_found', 'already_reversed', 'not_a_money_transaction')
  annotate(
    @Context() context: RequestContext,
    @Param('account_id', pathId('acc')) account_id: string,
    @Param('tx_id', pathId('tx')) transaction_id: string,
    @Body() body: AnnotationBody,
  ): Promise<AnnotationAnswer> {
    return this.commands.execute(new AnnotateTransaction(context, account_id, transaction_id, body));
  }
}

@CommandHandler(AnnotateTransaction)
export class AnnotateTransactionHandler implements ICommandHandler<AnnotateTransaction> {
  constructor(private readonly bookkeeper: Bookkeeper) {}

  /** @throws Problem as Bookkeeper does. */
  async execute(command: AnnotateTransaction): Promise<AnnotationAnswer> {
    const { context, account_id, transaction_id, body } = command;
    const { description, notes, tags } = body;
    const recorded = await this.bookkeeper.record(
      context,
      account_id,
      (terms) => ({
        type: 'AnnotateTransaction',
        effective_on: terms.today,
        transaction_id,
        ...(description !== undefined && { description }),
        ...(notes !== undefined && { notes }),
        ...(tags !== undefined && { tags }),
      }),
      { shows: transaction_id, answer: keptAs(200, annotated) },
    );
    return annotated(recorded);
  }
}

function annotated({ account, shown, changed }: Recorded): AnnotationAnswer {
  if (!shown) throw new Error(`What was annotated in ${account.id} is not there`);
  const row = { ...shown, ...changed.get(shown._id) };
  return { ...viewTransaction(row, account.currency), version: account.version };
}
