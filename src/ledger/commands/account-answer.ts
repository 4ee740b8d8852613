import { viewAccount, type AccountView } from '../projections/account-view.js';
import type { Recorded } from './bookkeeper.js';

/** The answer to a command for the account as a whole. */
export const accountAnswer = ({ account }: Pick<Recorded, 'account'>): AccountView => viewAccount(account);
