import type { RequestContext } from '../../identity/request-context.js';
import type { LedgerCommand } from '../domain/commands.js';
import type { Bookkeeper, RecordedAcross, RecordOptions, Recorded } from './bookkeeper.js';
import { keptAs, keptMoney } from './kept-answers.js';
import {
  moneyAnswer,
  severalAnswer,
  type BatchAnswer,
  type MoneyAnswer,
  type SeveralAnswer,
} from './money-answer.js';
import type { Terms } from './terms.js';

type Options = Omit<RecordOptions<Recorded>, 'answer' | 'shows'>;

/**
 * Has a command recorded that records one transaction on the account asked.
 * @throws Problem as Bookkeeper does.
 */
export async function recordMoney(
  bookkeeper: Bookkeeper,
  context: RequestContext,
  account_id: string,
  ask: (terms: Terms) => LedgerCommand,
  options: Options = {},
): Promise<MoneyAnswer> {
  const recorded = await bookkeeper.record(context, account_id, ask, { ...options, answer: keptMoney });
  return moneyAnswer(recorded);
}

/**
 * Has a command recorded that records several transactions, or one of perhaps several, on the account asked.
 * @throws Problem as Bookkeeper does.
 */
export async function recordSeveral(
  bookkeeper: Bookkeeper,
  context: RequestContext,
  account_id: string,
  ask: (terms: Terms) => LedgerCommand,
): Promise<SeveralAnswer> {
  const answer = keptAs(201, severalAnswer);
  return severalAnswer(await bookkeeper.record(context, account_id, ask, { answer }));
}

/**
 * Has a command recorded that is asked of a batch. It is answered for the account that the batch was recorded on.
 * @throws Problem as Bookkeeper does.
 */
export async function recordForBatch(
  bookkeeper: Bookkeeper,
  context: RequestContext,
  batch_id: string,
  ask: (terms: Terms) => LedgerCommand,
): Promise<BatchAnswer> {
  const recorded = ({ changes }: RecordedAcross): BatchAnswer => {
    // Other accounts have nothing of the batch but what was sent to them.
    const home = changes.find(({ rows }) => rows.some(({ kind }) => kind !== 'transfer_in'));
    if (!home) throw new Error(`Nothing of ${batch_id} was recorded`);
    return { batch_id, ...severalAnswer(home) };
  };
  return recorded(await bookkeeper.recordAcross(context, ask, { answer: keptAs(201, recorded) }));
}
