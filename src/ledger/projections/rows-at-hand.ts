import type { Db } from 'mongodb';

import { tenantScope, type TenantScope } from '../../database/tenant-scope.js';
import type { Workspace } from '../../event-store/command.js';
import type { DocumentEdit } from '../../event-store/recording.js';
import type { AccountDocument, AccountState } from './account-document.js';
import { REGISTER, rowId, type RegisterRow, type RowRole } from './register-row.js';
import { fullRow, type StoredRow } from './stored-row.js';

/** Which rows of an account are looked for. */
export interface Wanted {
  readonly role: RowRole;
  readonly after_seq?: number;
  readonly limit: number;
}

/**
 * The rows of a household's registers as they are for a command: as they stand in the snapshot of its transaction, with
 * what earlier commands of the same transaction have added and changed.
 */
export class RowsAtHand {
  private readonly rows: TenantScope<StoredRow>;

  constructor(
    db: Db,
    private readonly workspace: Workspace<AccountState>,
    household_id: string,
  ) {
    this.rows = tenantScope<StoredRow>(db, REGISTER, household_id);
  }

  /** The row of the event with that id, null when the account has none. */
  async row(account: AccountDocument, id: string): Promise<RegisterRow | null> {
    const _id = rowId(account.generation, id);
    const edit = this.edits(account._id).get(_id);
    if (edit && 'insert' in edit) return fullRow(edit.insert as StoredRow);
    const stored = await this.rows.findOne(this.workspace.session, { _id, account_id: account._id });
    return stored && asLeft(stored, edit);
  }

  /** The rows of those events, each of one account; those that are not there are left out. */
  async all(
    wanted: readonly { readonly account: AccountDocument; readonly id: string }[],
  ): Promise<RegisterRow[]> {
    const left: RegisterRow[] = [];
    const stored = new Map<string, AccountDocument>();
    for (const { account, id } of wanted) {
      const _id = rowId(account.generation, id);
      const edit = this.edits(account._id).get(_id);
      if (edit && 'insert' in edit) left.push(fullRow(edit.insert as StoredRow));
      else stored.set(_id, account);
    }
    if (stored.size === 0) return left;
    const filter = { _id: { $in: [...stored.keys()] } };
    const found = await this.rows.find(this.workspace.session, filter).toArray();
    const own = found.filter(({ _id, account_id }) => stored.get(_id)?._id === account_id);
    return [...left, ...own.map((row) => asLeft(row, this.edits(row.account_id).get(row._id)))];
  }

  /** The standing rows of an account that are wanted, the greatest sequence first. */
  async newestStanding(account: AccountDocument, wanted: Wanted): Promise<RegisterRow[]> {
    const { role, after_seq = 0, limit } = wanted;
    const matches = (row: RegisterRow) => row.role === role && row.standing && row.seq > after_seq;
    const edits = this.edits(account._id);
    const fresh = insertedIn(edits).filter(matches).sort(newestFirst);
    // Sequences only grow: what is stored comes after all that is new.
    if (fresh.length >= limit) return fresh.slice(0, limit);
    const changed = [...edits].flatMap(([_id, edit]) => ('set' in edit ? [_id] : []));
    const ofAccount = { account_id: account._id, generation: account.generation };
    const { session } = this.workspace;
    const unchanged = await this.rows
      .find(
        session,
        { ...ofAccount, role, standing: true, seq: { $gt: after_seq }, ...except(changed) },
        { sort: { seq: -1 }, limit: limit - fresh.length },
      )
      .toArray();
    const altered = await this.altered(account, changed);
    return [...fresh, ...[...unchanged.map(fullRow), ...altered.filter(matches)].sort(newestFirst)].slice(
      0,
      limit,
    );
  }

  /** Every root of a batch, over all accounts of the household. */
  async rootsOfBatch(batch_id: string): Promise<RegisterRow[]> {
    const filter = { batch_id, role: 'root' } as const;
    const stored = await this.rows.find(this.workspace.session, filter).toArray();
    const ids = [...new Set(stored.map(({ account_id }) => account_id))];
    const accounts = new Map((await this.workspace.accounts(ids)).map((account) => [account?._id, account]));
    const inForce = stored.filter((row) => accounts.get(row.account_id)?.generation === row.generation);
    const fresh = this.workspace
      .changedAccounts()
      .flatMap(({ _id }) => insertedIn(this.edits(_id)))
      .filter((row) => row.batch_id === batch_id && row.role === 'root');
    return [...inForce.map((row) => asLeft(row, this.edits(row.account_id).get(row._id))), ...fresh];
  }

  private async altered(account: AccountDocument, ids: readonly string[]): Promise<RegisterRow[]> {
    if (ids.length === 0) return [];
    const filter = { _id: { $in: [...ids] }, account_id: account._id };
    const stored = await this.rows.find(this.workspace.session, filter).toArray();
    return stored.map((row) => asLeft(row, this.edits(account._id).get(row._id)));
  }

  private edits(account_id: string): ReadonlyMap<string, DocumentEdit> {
    return this.workspace.pending(REGISTER, account_id);
  }
}

const newestFirst = (a: RegisterRow, b: RegisterRow): number => b.seq - a.seq;

const except = (ids: string[]) => (ids.length > 0 ? { _id: { $nin: ids } } : {});

function insertedIn(edits: ReadonlyMap<string, DocumentEdit>): RegisterRow[] {
  return [...edits.values()].flatMap((edit) => ('insert' in edit ? [fullRow(edit.insert as StoredRow)] : []));
}

function asLeft(row: StoredRow, edit: DocumentEdit | undefined): RegisterRow {
  return fullRow(edit && 'set' in edit ? { ...row, ...edit.set } : row);
}
