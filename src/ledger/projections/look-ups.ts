import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import type { Db } from 'mongodb';
import type { Connection } from 'mongoose';

import { driverDb } from '../../database/tenant-scope.js';
import type { Workspace } from '../../event-store/command.js';
import type { LedgerCommand } from '../domain/commands.js';
import { NO_FACTS, type Facts, type RegisterFact } from '../domain/facts.js';
import { lookUpsFor, type LookUp } from '../domain/look-ups.js';
import { accountOf, type AccountDocument, type AccountState } from './account-document.js';
import { Accounts } from './accounts.js';
import type { RegisterRow } from './register-row.js';
import { factOf } from './register.js';
import { RowsAtHand } from './rows-at-hand.js';
import { Totals } from './totals.js';

/** Where facts are looked for: a household, the account asked (null without one), and what a transaction has so far. */
export interface Place {
  readonly household_id: string;
  readonly account: AccountDocument | null;
  readonly workspace: Workspace<AccountState>;
}

/** Looks up what a decision needs to know beside the accounts, over what earlier commands of the same transaction left. */
@Injectable()
export class LookUps {
  private readonly db: Db;

  constructor(
    @InjectConnection() connection: Connection,
    private readonly accounts: Accounts,
    private readonly totals: Totals,
  ) {
    this.db = driverDb(connection);
  }

  /** Every fact that a command needs. */
  async factsFor(place: Place, command: LedgerCommand): Promise<Facts> {
    const account = place.account && accountOf(place.account);
    let facts = NO_FACTS;
    for (;;) {
      const needs = lookUpsFor(command, account, facts);
      if (needs.length === 0) return facts;
      for (const need of needs) facts = { ...facts, ...(await this.answer(place, need, facts)) };
    }
  }

  /** The row of an event of the account asked, null when it has none. */
  row({ account, household_id, workspace }: Place, id: string): Promise<RegisterRow | null> {
    if (!account) throw new Error('A row is asked of no account');
    return new RowsAtHand(this.db, workspace, household_id).row(account, id);
  }

  private async answer(place: Place, need: LookUp, facts: Facts): Promise<Partial<Facts>> {
    const { household_id, workspace, account } = place;
    const rows = new RowsAtHand(this.db, workspace, household_id);
    if (need.fact === 'name_taken') {
      return { name_taken: await this.accounts.isNameTaken(workspace, household_id, need.name, account) };
    }
    if (need.fact === 'batch')
      return { batch: await factsOf(place, rows, await rows.rootsOfBatch(need.batch_id)) };
    if (!account) throw new Error(`${need.fact} is asked of no account`);
    switch (need.fact) {
      case 'balances': {
        const { date } = need;
        const balance_minor = await this.totals.balanceAsOf(workspace, account, date);
        return { balances: [...(facts.balances ?? []), { date, balance_minor }] };
      }
      case 'row':
        return { row: await oneFact(place, rows, await rows.row(account, need.id)) };
      case 'expected':
        return { expected: await oneFact(place, rows, await rows.row(account, need.id)) };
      case 'last_standing': {
        const [last = null] = await rows.newestStanding(account, { role: 'root', limit: 1 });
        return { last_standing: await oneFact(place, rows, last) };
      }
      case 'last_undo': {
        const { after_seq } = need;
        const [undo] = await rows.newestStanding(account, { role: 'undo', after_seq, limit: 1 });
        const root = undo ? await rows.row(account, undo.root_id) : null;
        return { last_undo: await oneFact(place, rows, root) };
      }
      case 'standing_after': {
        const { after_seq, limit } = need;
        const roots = await rows.newestStanding(account, { role: 'root', after_seq, limit });
        return { standing_after: await factsOf(place, rows, roots) };
      }
    }
  }
}

async function oneFact(
  place: Place,
  rows: RowsAtHand,
  row: RegisterRow | null,
): Promise<RegisterFact | null> {
  const [fact = null] = row ? await factsOf(place, rows, [row]) : [];
  return fact;
}

/** Rows as facts: the root of a transfer with its other side. */
async function factsOf(
  { workspace }: Place,
  rows: RowsAtHand,
  found: readonly RegisterRow[],
): Promise<RegisterFact[]> {
  const transfers = found.flatMap(({ role, transfer }) => (role === 'root' && transfer ? [transfer] : []));
  if (transfers.length === 0) return found.map((row) => factOf(row));
  const ids = [...new Set(transfers.map(({ account_id }) => account_id))];
  const accounts = new Map((await workspace.accounts(ids)).map((account) => [account?._id, account]));
  const others = await rows.all(
    transfers.flatMap(({ account_id, transaction_id: id }) => {
      const account = accounts.get(account_id);
      return account ? [{ account, id }] : [];
    }),
  );
  const byId = new Map(others.map((row) => [row.id, row]));
  return found.map((row) => factOf(row, (row.transfer && byId.get(row.transfer.transaction_id)) ?? null));
}
