import type { Collection, Document } from 'mongodb';

import { startDatabase, type TestDatabase } from '../kit/database.js';
import { forgeLog, type Stored } from './forged-log.js';
import { Desk, LEDGER_SCHEMAS, told } from './ledger-desk.js';
import { Readers } from './ledger-readers.js';

/** A ledger that is recorded, forged and audited. */
export class AuditedLedger {
  readonly desk: Desk;
  readonly events: Collection<Stored>;
  private readonly readers: Readers;

  private constructor(private readonly database: TestDatabase) {
    this.desk = new Desk(database.connection);
    this.readers = new Readers(database.connection);
    this.events = database.db.collection<Stored>('transactions');
  }

  static async start(): Promise<AuditedLedger> {
    return new AuditedLedger(await startDatabase(LEDGER_SCHEMAS));
  }

  /** Leaves nothing: an audit looks at every account there is. */
  async clear(): Promise<void> {
    for (const name of ['transactions', 'accounts', 'register', 'totals']) {
      await this.database.db.collection(name).deleteMany({});
    }
  }

  /** Leaves the log of an account as a forger does. */
  forge(account_id: string, change: (log: Stored[]) => Document[]): Promise<void> {
    return forgeLog(this.database.db, account_id, change);
  }

  /** What an audit finds. */
  audit(): Promise<string[]> {
    return this.readers.audit();
  }

  stop(): Promise<void> {
    return this.database.stop();
  }
}

/** A debit as a forger writes it. */
export const debit = (amount_minor: number, balance_minor: number): Document => ({
  ...{ type: 'MoneyDebited', schema_version: 1, effective_on: told.effective_on, description: '' },
  ...{ postings: [{ envelope_id: 0, amount_minor: -amount_minor }], balance_minor },
});
