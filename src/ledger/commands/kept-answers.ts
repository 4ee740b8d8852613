import type { StoredAnswer } from '../../event-store/idempotency-record.js';
import { entityTag } from '../../http/conditional.js';
import { givenAnswer } from '../../http/idempotency.js';
import { accountPath, transactionPath } from '../projections/paths.js';
import type { Recorded } from './bookkeeper.js';
import { moneyAnswer } from './money-answer.js';

/** What is kept of a request that is answered with a body, for when it comes again: `body` makes it of what was recorded. */
export const keptAs =
  <Result>(status: 200 | 201, body: (result: Result) => object) =>
  (result: Result): StoredAnswer =>
    givenAnswer(status, body(result));

/** What is kept of a request that is answered without a body. */
export const keptEmpty = ({ account }: Recorded): StoredAnswer =>
  givenAnswer(204, undefined, { etag: entityTag(account.version) });

/** What is kept of a request that made an account. */
export const keptAccount =
  (body: (recorded: Recorded) => object) =>
  (recorded: Recorded): StoredAnswer =>
    givenAnswer(201, body(recorded), { location: accountPath(recorded.account.id) });

/** What is kept of a request that recorded one transaction. */
export function keptMoney(recorded: Recorded): StoredAnswer {
  const answer = moneyAnswer(recorded);
  return givenAnswer(201, answer, { location: transactionPath(answer.transaction) });
}
