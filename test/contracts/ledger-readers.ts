import type { Connection } from 'mongoose';

import { EventLog } from '../../src/event-store/event-log.js';
import type { RebuildGround } from '../../src/event-store/rebuild-account.js';
import { RebuildPace } from '../../src/event-store/rebuild-pace.js';
import { Rebuild } from '../../src/event-store/rebuild.js';
import { Accounts } from '../../src/ledger/projections/accounts.js';
import { EffectiveOrder } from '../../src/ledger/projections/effective-order.js';
import { LedgerAudit } from '../../src/ledger/projections/ledger-audit.js';
import { ledgerReadModels } from '../../src/ledger/projections/ledger-read-models.js';
import { PastAccounts } from '../../src/ledger/projections/past-accounts.js';
import { RegisterPages } from '../../src/ledger/projections/register-pages.js';
import { Register } from '../../src/ledger/projections/register.js';
import { Totals } from '../../src/ledger/projections/totals.js';
import { Verification } from '../../src/ledger/projections/verification.js';

const usernamesOf = (ids: readonly string[]) => Promise.resolve(new Map(ids.map((id) => [id, 'rosa'])));

/** All that reads, checks and rebuilds the ledger on a connection. */
export class Readers {
  readonly accounts: Accounts;
  readonly past: PastAccounts;
  readonly pages: RegisterPages;
  readonly verification: Verification;

  constructor(private readonly connection: Connection) {
    this.accounts = new Accounts(connection);
    const totals = new Totals(connection);
    const register = new Register(connection);
    const order = new EffectiveOrder(connection, totals);
    this.past = new PastAccounts(connection, this.accounts, totals);
    this.pages = new RegisterPages(connection, this.accounts, register, totals, order);
    this.verification = new Verification(this.accounts, new EventLog(connection), register);
  }

  /** Rebuilds all read models; `advanced` is called as it goes on. The accounts that could not be. */
  async rebuild(advanced: (events: number) => void = () => undefined): Promise<string[]> {
    const unfit: string[] = [];
    const db = this.connection.getClient().db(this.connection.name);
    const ground: RebuildGround = {
      ...{ client: this.connection.getClient(), db, log: new EventLog(this.connection) },
      pace: new RebuildPace(db),
    };
    const rebuild = new Rebuild(ground, ledgerReadModels(usernamesOf), {
      begins: () => undefined,
      advanced,
      unfit: (_id, reason) => unfit.push(reason),
    });
    expect(await rebuild.run()).toBe(unfit.length);
    return unfit;
  }

  /** What an audit finds. */
  async audit(): Promise<string[]> {
    const findings: string[] = [];
    const audit = new LedgerAudit(this.connection, usernamesOf, {
      begins: () => undefined,
      advanced: () => undefined,
      found: ({ _id }, finding) => findings.push(`${_id}: ${finding}`),
    });
    expect(await audit.run()).toBe(findings.length);
    return findings;
  }
}
