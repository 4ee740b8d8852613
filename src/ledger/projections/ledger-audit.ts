import type { Connection } from 'mongoose';

import { driverDb, everyTenant, tenantScope } from '../../database/tenant-scope.js';
import { ACCOUNTS, standOf } from '../../event-store/account-record.js';
import { EventLog } from '../../event-store/event-log.js';
import type { AccountDocument } from './account-document.js';
import { AccountAudit, type Finding } from './audit.js';
import type { UsernamesOf } from './ledger-read-models.js';
import { inSnapshot } from './snapshot.js';

/** What an audit tells of itself. */
export interface AuditWatcher {
  begins(accounts: number, events: number): void;
  advanced(events: number): void;
  found(account: AccountDocument, finding: Finding): void;
}

/** Checks every account of the database, or of one household, while others read and write. */
export class LedgerAudit {
  private readonly log: EventLog;

  constructor(
    private readonly connection: Connection,
    private readonly usernamesOf: UsernamesOf,
    private readonly watcher: AuditWatcher,
    private readonly household_id: string | null = null,
  ) {
    this.log = new EventLog(connection);
  }

  /** How many things were found. */
  async run(): Promise<number> {
    await this.announce();
    let findings = 0;
    let account = await this.next('');
    while (account) {
      const found = await this.audit(account);
      for (const finding of found) this.watcher.found(account, finding);
      findings += found.length;
      account = await this.next(account._id);
    }
    return findings;
  }

  /** What was found in an account that was written to meanwhile is looked at again, as it is at one moment. */
  private async audit(account: AccountDocument): Promise<readonly Finding[]> {
    const found = await this.auditOf(account, null, (events) => this.watcher.advanced(events));
    if (found.length === 0) return found;
    const now = await this.read(account, null);
    if (now && standOf(now) === standOf(account)) return found;
    return inSnapshot(this.connection, async (session) => {
      const then = await this.read(account, session);
      return then ? this.auditOf(then, session, () => undefined) : ['the account is gone'];
    });
  }

  private auditOf(
    account: AccountDocument,
    session: Parameters<EventLog['stream']>[0],
    advanced: (events: number) => void,
  ): Promise<readonly Finding[]> {
    return new AccountAudit(this.db, this.log, this.usernamesOf, account, session, advanced).run();
  }

  private read(
    { household_id, _id }: AccountDocument,
    session: Parameters<EventLog['stream']>[0],
  ): Promise<AccountDocument | null> {
    return tenantScope<AccountDocument>(this.db, ACCOUNTS, household_id).findOne(session, { _id });
  }

  private async announce(): Promise<void> {
    const accounts = this.accounts.find(this.owned, { projection: { version: 1 } });
    let [count, events] = [0, 0];
    for await (const { version } of accounts) {
      count += 1;
      events += version;
    }
    this.watcher.begins(count, events);
  }

  private next(after: string): Promise<AccountDocument | null> {
    return this.accounts.findOne({ ...this.owned, _id: { $gt: after } }, { sort: { _id: 1 } });
  }

  private get accounts() {
    return everyTenant<AccountDocument>(this.db, ACCOUNTS);
  }

  private get owned(): { household_id?: string } {
    return this.household_id === null ? {} : { household_id: this.household_id };
  }

  private get db() {
    return driverDb(this.connection);
  }
}
