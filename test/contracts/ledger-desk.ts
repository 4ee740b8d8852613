import type { Connection } from 'mongoose';

import { EventStore } from '../../src/event-store/event-store.js';
import { IdempotencySchema } from '../../src/event-store/idempotency-record.js';
import { EventSchema } from '../../src/event-store/stored-event.js';
import type { RequestContext } from '../../src/identity/request-context.js';
import { newId } from '../../src/kernel/ids.js';
import { RecordedKinds } from '../../src/ledger/commands/recorded-kinds.js';
import { Bookkeeper, type Recorded } from '../../src/ledger/commands/bookkeeper.js';
import type { LedgerCommand } from '../../src/ledger/domain/commands.js';
import { AccountSchema } from '../../src/ledger/projections/account-document.js';
import { Accounts } from '../../src/ledger/projections/accounts.js';
import { LookUps } from '../../src/ledger/projections/look-ups.js';
import { RegisterSchema } from '../../src/ledger/projections/register-row.js';
import { Totals, TotalsSchema } from '../../src/ledger/projections/totals.js';

/** The collections that the ledger writes to. */
export const LEDGER_SCHEMAS = [EventSchema, AccountSchema, RegisterSchema, TotalsSchema, IdempotencySchema];

export const TODAY = '2026-03-15';

/** The common part of a command that moves money. */
export const told = { effective_on: TODAY, description: '' };

/** A process's bookkeeper, asked by one user without HTTP before it. */
export class Desk {
  readonly store: EventStore;
  private readonly bookkeeper: Bookkeeper;

  constructor(
    connection: Connection,
    private readonly terms: Partial<RequestContext> = {},
  ) {
    this.store = new EventStore(connection);
    const lookUps = new LookUps(connection, new Accounts(connection), new Totals(connection));
    this.bookkeeper = new Bookkeeper(this.store, lookUps, new RecordedKinds());
  }

  /** Opens an account with that much in Available. */
  async open(name: string, opening_balance_minor = 0, household_id = 'hh_1'): Promise<string> {
    const account_id = newId('acc');
    await this.bookkeeper.open(this.context, account_id, 'USD', () => ({
      type: 'OpenAccount',
      ...{ ...told, account_id, household_id, name, account_type: 'checking', currency: 'USD' },
      ...{ opening_balance_minor, can_go_negative: false, credit_limit_minor: null },
    }));
    return account_id;
  }

  record(account_id: string, command: LedgerCommand): Promise<Recorded> {
    return this.bookkeeper.record(this.context, account_id, () => command);
  }

  /** Undoes or redoes a batch, wherever it is. */
  async recordAcross(command: LedgerCommand) {
    return (await this.bookkeeper.recordAcross(this.context, () => command)).changes;
  }

  private get context(): RequestContext {
    return {
      ...{ user_id: 'usr_1', username: 'rosa', household_id: 'hh_1', role: 'owner', session_id: null },
      ...{ currency: 'USD', time_zone: 'UTC', request_id: 'r' },
      ...{ if_match: null, dry_run: false, idempotency: null },
      ...this.terms,
    };
  }
}
