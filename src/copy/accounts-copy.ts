import type { ClientSession } from 'mongodb';

import { ACCOUNTS, type AccountRecord } from '../event-store/account-record.js';
import type { EventLog } from '../event-store/event-log.js';
import { inChunks } from '../event-store/in-chunks.js';
import { AccountCopy, LogBroken, type CopyModels } from './account-copy.js';
import { insertMissing } from './documents-copy.js';
import { accountsIn, COPIED_ACCOUNTS, ownedBy, type Side } from './sides.js';

/** How many accounts are looked at together: what is needed of their logs, and whole ones. */
const AT_ONCE = 200;
const WHOLE_AT_ONCE = 20;
const BY_ID = { _id: 1 } as const;
const HEADS = { household_id: 1, version: 1, head_hash: 1, generation: 1 } as const;

/** What the copying of accounts tells of itself. */
export interface AccountsWatcher {
  /** How many events there are in all, and how many of them are in the target already. */
  begins(events: number, copied: number): void;
  advanced(events: number): void;
  /** An account that cannot be copied whole. */
  broken(reason: string): void;
}

/** Copies the accounts of a household, or of all (null), with their logs. */
export class AccountsCopy<Event, State extends object> {
  constructor(
    private readonly source: Side & { readonly log: EventLog },
    private readonly target: Side & { readonly session: ClientSession },
    private readonly household_id: string | null,
    private readonly models: CopyModels<Event, State>,
    private readonly watcher: AccountsWatcher,
  ) {}

  /** Brings every log as far as the source has it by now, and then, all at once, the accounts. */
  async run(): Promise<void> {
    this.watcher.begins(await this.events(), await this.copied());
    const { session } = this.target;
    const copy = new AccountCopy(this.source.log, this.target, session, this.models, (events) =>
      this.watcher.advanced(events),
    );
    for await (const accounts of this.heads()) {
      const known = await this.known(accounts);
      for (const account of accounts) await this.copyOne(copy, account, known.get(account._id));
    }
    await this.publish();
  }

  /** Page by page: a cursor would not live through the copying of long logs. */
  private async *heads(): AsyncGenerator<AccountRecord[]> {
    const accounts = accountsIn(this.source, ACCOUNTS);
    let after = '';
    for (;;) {
      const condition = { ...ownedBy(this.household_id), _id: { $gt: after } };
      const page = await accounts.find(condition, { projection: HEADS }).sort(BY_ID).limit(AT_ONCE).toArray();
      const last = page.at(-1);
      if (!last) return;
      yield page;
      after = last._id;
    }
  }

  private async copyOne(
    copy: AccountCopy<Event, State>,
    account: AccountRecord,
    known: Pick<AccountRecord, 'version'> | undefined,
  ): Promise<void> {
    if (known?.version === account.version) return;
    try {
      await copy.run(account, known ? await this.asCopied(account._id) : null);
    } catch (error) {
      if (!(error instanceof LogBroken)) throw error;
      this.watcher.broken(error.message);
    }
  }

  /** How far the target has these accounts. */
  private async known(
    accounts: readonly AccountRecord[],
  ): Promise<Map<string, Pick<AccountRecord, 'version'>>> {
    const known = new Map<string, Pick<AccountRecord, 'version'>>();
    const ids = accounts.map(({ _id }) => _id);
    for (const collection of [ACCOUNTS, COPIED_ACCOUNTS]) {
      const found = accountsIn(this.target, collection).find({ _id: { $in: ids } }, { projection: HEADS });
      for await (const account of found) known.set(account._id, account);
    }
    return known;
  }

  /** An account as the events that the target has left it. */
  private async asCopied(_id: string): Promise<AccountRecord | null> {
    const staged = await accountsIn(this.target, COPIED_ACCOUNTS).findOne({ _id });
    return staged ?? accountsIn(this.target, ACCOUNTS).findOne({ _id });
  }

  /** Puts the accounts where the service looks: what has changed goes first, as two may have changed names. */
  private async publish(): Promise<void> {
    const [staged, accounts] = [accountsIn(this.target, COPIED_ACCOUNTS), accountsIn(this.target, ACCOUNTS)];
    for await (const copied of inChunks(staged.find().sort(BY_ID), WHOLE_AT_ONCE)) {
      const outdated = copied.map(({ _id, version }) => ({ _id, version: { $ne: version } }));
      await accounts.deleteMany({ $or: outdated });
    }
    for await (const copied of inChunks(staged.find().sort(BY_ID), WHOLE_AT_ONCE)) {
      await insertMissing(this.target, ACCOUNTS, copied);
    }
    await staged.drop();
  }

  private async events(): Promise<number> {
    let events = 0;
    for await (const accounts of this.heads()) for (const { version } of accounts) events += version;
    return events;
  }

  private async copied(): Promise<number> {
    let events = 0;
    for await (const accounts of this.heads()) {
      for (const { version } of (await this.known(accounts)).values()) events += version;
    }
    return events;
  }
}
