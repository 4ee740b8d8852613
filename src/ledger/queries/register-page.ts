import type { ListRequest } from '../../http/list-query.js';
import { keysetSlice } from '../../http/keyset.js';
import { COUNTED, countedTotal, exactTotal, pageOf, storedValue, type Page } from '../../http/page.js';
import type { RequestContext } from '../../identity/request-context.js';
import { Problem } from '../../kernel/problem.js';
import type { RegisterPages, RegisterQuestion } from '../projections/register-pages.js';
import { viewTransaction, type TransactionView } from '../projections/transaction-view.js';
import { registerCondition, type REGISTER_FILTERS, type REGISTER_ORDERS } from './register-filters.js';

/** A list of transactions as it was asked for: every such list has these orders and filters. */
type RegisterRequest = ListRequest<typeof REGISTER_FILTERS, keyof typeof REGISTER_ORDERS>;

/** Whose list is read: in which household and account. */
interface RegisterOf {
  readonly context: RequestContext;
  readonly account_id: string;
}

/**
 * A page of an account's register: of all rows, or of those that post to one envelope, with the account's amounts or,
 * `of_envelope`, with that envelope's.
 * @throws Problem `not_found` without such an account in the household or, `of_envelope`, such an envelope in it,
 *   `invalid_request` for an amount that its currency cannot have.
 */
export async function registerPage(
  pages: RegisterPages,
  { context, account_id }: RegisterOf,
  request: RegisterRequest,
  envelope: Pick<RegisterQuestion, 'envelope_id' | 'of_envelope'>,
): Promise<Page<TransactionView>> {
  const { from, to, ...others } = request.filters;
  const { account, rows, count, exact } = await pages.read(
    context.household_id,
    account_id,
    {
      ...{ order: request.order_by, dir: request.order_dir, slice: keysetSlice(request) },
      ...{ from, to, ...envelope },
      others: (currency) => registerCondition(others, request.q, currency),
    },
    COUNTED + 1,
  );
  if (envelope.of_envelope && !account.envelopes.some(({ id }) => id === envelope.envelope_id))
    throw new Problem('not_found');
  const total = exact ? exactTotal(count) : countedTotal(count);
  return pageOf(request, rows, total, (row) => viewTransaction(row, account.currency), storedValue);
}
