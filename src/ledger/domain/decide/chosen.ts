import type { Facts, RegisterFact } from '../facts.js';
import { known } from '../facts.js';
import { missing, type Refusal } from '../refusals.js';

/** Why a transaction that is undone is refused. */
export const ALREADY_REVERSED: Refusal = {
  code: 'already_reversed',
  detail: 'The transaction is undone already.',
};

/** Why the opening is refused. */
export const OPENING: Refusal = {
  code: 'opening_cannot_be_undone',
  detail: 'The opening cannot be undone.',
};

/** Refuses a row that is a reversal. */
export const notARoot = ({ role, root_id }: RegisterFact): Refusal => ({
  code: 'not_a_money_transaction',
  detail: `This is the ${role} of ${root_id}.`,
  root_id,
});

/** Refuses when what is expected to be the last is not there at all; without a last one, too. */
export const expectedRefusal = (
  facts: Facts,
  last: RegisterFact | null,
  expect: string | undefined,
): Refusal | null =>
  expect === undefined || expect === last?.id || known(facts, 'expected') ? null : missing('transaction');

/** Refuses when the last one is not the one that was expected to be, if any was. */
export const unexpectedRefusal = (last: RegisterFact, expect: string | undefined): Refusal | null =>
  expect === undefined || expect === last.id
    ? null
    : { code: 'not_the_last', detail: `The last one is ${last.id}.`, last_id: last.id };

/** The last one, or the whole batch that it belongs to where that is asked for. */
export function lastOrBatch(
  facts: Facts,
  last: RegisterFact,
  whole_batch: boolean | undefined,
): readonly RegisterFact[] {
  return whole_batch === true && last.batch_id !== null ? known(facts, 'batch') : [last];
}
