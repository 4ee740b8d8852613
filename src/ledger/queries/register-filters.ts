import { searchCondition } from '../../http/list-query.js';
import {
  amountParameter,
  choiceParameter,
  dateParameter,
  flagParameter,
  type ValuesOf,
} from '../../http/query-parameters.js';
import { toMinor } from '../../kernel/money.js';
import { Problem } from '../../kernel/problem.js';
import { ROW_ROLES } from '../projections/register-row.js';
import { TRANSACTION_KINDS } from '../projections/transaction-view.js';

/** What the lists of transactions sort by: as they were recorded, or by the days that they count for. */
export const REGISTER_ORDERS = {
  recorded: { seq: 'number' },
  effective_on: { effective_on: 'string', seq: 'number' },
} as const;

/** The fields of transactions that `q` looks into. */
export const REGISTER_SEARCH = ['description', 'notes', 'payer'] as const;

/** The filters that all lists of transactions have. */
export const REGISTER_FILTERS = {
  from: dateParameter('Effective on this day or later'),
  to: dateParameter('Effective on this day or earlier'),
  kind: choiceParameter('Transactions of this kind', TRANSACTION_KINDS),
  role: choiceParameter('Transactions themselves (root), undos, or redos', ROW_ROLES),
  standing: flagParameter('Whether they are in force'),
  min_amount: amountParameter('At least this amount, without sign; what a move moved'),
  max_amount: amountParameter('At most this amount, without sign; what a move moved'),
};

type RegisterFilters = Omit<ValuesOf<typeof REGISTER_FILTERS>, 'from' | 'to'>;

/**
 * The database filter that filters (those of days aside) and a search text mean, in an account with that currency.
 * @throws Problem `invalid_request` for an amount that the currency cannot have.
 */
export function registerCondition(
  { min_amount, max_amount, ...equal }: RegisterFilters,
  q: string | undefined,
  currency: string,
): Record<string, unknown> {
  const size = {
    ...(min_amount !== undefined && { $gte: minorOf('min_amount', min_amount, currency) }),
    ...(max_amount !== undefined && { $lte: minorOf('max_amount', max_amount, currency) }),
  };
  return {
    ...equal,
    ...(Object.keys(size).length > 0 && { size_minor: size }),
    ...searchCondition({ search: REGISTER_SEARCH }, q),
  };
}

function minorOf(field: string, amount: number, currency: string): number {
  const result = toMinor(amount, currency);
  if (result.ok) return result.minor;
  throw new Problem('invalid_request', { errors: [{ field, message: result.message }] });
}
