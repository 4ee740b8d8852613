import type { PipeTransform } from '@nestjs/common';

import { flagParameter } from '../../http/query-parameters.js';
import { IsAmount, IsCalendarDate, IsDescription, IsNumberedId, IsReference } from '../../http/wire-types.js';
import { Problem } from '../../kernel/problem.js';
import { LIMITS } from '../domain/limits.js';
import { exampleTransactionId } from '../projections/examples.js';

/**
 * How many entries a list of envelopes and amounts may have. More than the postings of a transaction: an envelope may
 * be named twice, and too many different ones are a rule of the ledger.
 */
export const MAX_LISTED = 1_000;

/** What OpenAPI says of such a list. */
export const ADDED_UP = `Entries that name the same envelope are added up first; of the sums a transaction may have up to ${LIMITS.postings}, else \`limit_reached\`.`;

/** An amount in one envelope, above 0, in major units. */
export class EnvelopeAmountBody {
  @IsNumberedId({ example: 2 })
  readonly envelope_id!: number;

  @IsAmount({ example: 1_200 })
  readonly amount!: number;
}

/** What every request that moves money may say. */
export class MoneyBody {
  @IsDescription()
  readonly description?: string;

  @IsCalendarDate({
    optional: true,
    description: "The day it counts for; today in the household's time zone",
  })
  readonly effective_on?: string;
}

/** What an undo or a redo may say; it keeps the day of what it undoes or redoes. */
export class ReversalBody {
  @IsDescription({ description: 'Why', example: 'Booked twice' })
  readonly description?: string;
}

/** The same where the last one is meant. */
export class LastBody extends ReversalBody {
  @IsReference({
    optional: true,
    example: exampleTransactionId(10),
    description: 'The transaction that is undone or redone; when another one would be, nothing is done',
  })
  readonly expect?: string;
}

/** The query parameter by which the last one stands for its whole batch. */
export const WHOLE_BATCH = {
  whole_batch: flagParameter(
    'With true, all of the batch that the last one belongs to; the answer has `transactions`',
  ),
};

/** A pipe for the body of a request that takes no fields: it is left out, or an empty object. */
export class NoFields implements PipeTransform<unknown, void> {
  /** @throws Problem `invalid_request` naming every field that was sent. */
  transform(body: unknown): void {
    if (body === undefined) return;
    if (typeof body !== 'object' || body === null || Object.getPrototypeOf(body) !== Object.prototype) {
      throw new Problem('invalid_request', {
        detail: 'The body must be left out, or be an empty JSON object',
      });
    }
    const errors = Object.keys(body).map((field) => ({ field, message: 'is not a field of this request' }));
    if (errors.length > 0) throw new Problem('invalid_request', { errors });
  }
}
