import type { AccountRecord } from './account-record.js';
import type { CombinedWorkspace } from './combined-workspace.js';
import type { ReadSession, Workspace } from './command.js';
import type { DocumentEdit } from './recording.js';

/** What commands of one household see of a transaction that may hold those of others, too. */
export class HouseholdWorkspace implements Workspace<object> {
  constructor(
    private readonly whole: CombinedWorkspace,
    private readonly household_id: string,
    /** Gets the id of each account that is asked for. */
    private readonly note: (id: string) => void,
  ) {}

  get session(): ReadSession {
    return this.whole.session;
  }

  accounts(ids: readonly string[]): Promise<(AccountRecord | null)[]> {
    ids.forEach(this.note);
    return this.whole.reach(this.household_id, ids);
  }

  async account(id: string): Promise<AccountRecord | null> {
    const [account = null] = await this.accounts([id]);
    return account;
  }

  changedAccounts(): AccountRecord[] {
    return this.whole.changed(this.household_id);
  }

  pending(collection: string, account_id: string): ReadonlyMap<string, DocumentEdit> {
    return this.whole.documents.of(collection, { household_id: this.household_id, account_id });
  }
}
