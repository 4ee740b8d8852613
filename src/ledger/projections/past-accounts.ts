import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import type { Connection } from 'mongoose';

import type { CalendarDate } from '../../kernel/dates.js';
import type { Account } from '../domain/account.js';
import { accountOf } from './account-document.js';
import { Accounts } from './accounts.js';
import { inSnapshot } from './snapshot.js';
import { Totals } from './totals.js';

/** Reads accounts as they were, by effective dates. */
@Injectable()
export class PastAccounts {
  constructor(
    @InjectConnection() private readonly connection: Connection,
    private readonly accounts: Accounts,
    private readonly totals: Totals,
  ) {}

  /**
   * An account with the balances that it and its envelopes, archived ones too, had at the end of a day; all else is as
   * it is now.
   * @throws Problem `not_found` without such an account in the household.
   */
  require(household_id: string, account_id: string, date: CalendarDate): Promise<Account> {
    return inSnapshot(this.connection, async (session) => {
      const document = await this.accounts.require(household_id, account_id, session);
      const past = await this.totals.pastBalances(session, document, [date]);
      const held = past.at({ date, end: true });
      const account = accountOf(document);
      const envelopes = account.envelopes.map((one) => ({ ...one, balance_minor: held.get(one.id) ?? 0 }));
      return { ...account, envelopes, balance_minor: past.sumAt({ date, end: true }) };
    });
  }
}
