import type { TransactionView } from './transaction-view.js';

/** Where an account is found. */
export const accountPath = (account_id: string): string => `/accounts/${account_id}`;

/** Where a transaction is found. */
export const transactionPath = ({ account_id, id }: Pick<TransactionView, 'account_id' | 'id'>): string =>
  `${accountPath(account_id)}/transactions/${id}`;
