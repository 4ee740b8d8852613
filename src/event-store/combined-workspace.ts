import type { ClientSession, Db } from 'mongodb';

import { findOwned, type OwnedKey } from '../database/tenant-scope.js';
import type { AccountCache } from './account-cache.js';
import { ACCOUNTS, STAND_FIELDS, standOf, type AccountRecord } from './account-record.js';
import { AccountAtWork, IdempotencyKeyUsed, VersionConflict } from './conflicts.js';
import type { IdempotencyRecord } from './idempotency-record.js';
import { PendingDocuments } from './pending-documents.js';
import type { StagedCommand } from './staged-command.js';
import type { StoredEvent } from './stored-event.js';

/** What names an account of a household among all. */
export const accountKey = (household_id: string, account_id: string): string =>
  `${household_id}/${account_id}`;

/** The account that {@link accountKey} names. Ids of households hold no `/`. */
export function ownedKeyOf(key: string): OwnedKey {
  const end = key.indexOf('/');
  return { household_id: key.slice(0, end), _id: key.slice(end + 1) };
}

/** An account within one transaction. */
export interface HeldAccount extends OwnedKey {
  /** As it is stored, null when it is new. */
  readonly base: AccountRecord | null;
  /** Whether `base` comes from the cache and may be out of date. */
  readonly cached: boolean;
  /** As the commands so far leave it. */
  current: AccountRecord | null;
  /** What differs between both, once it was asked for after the last command. */
  changed: Record<string, unknown> | undefined;
}

/** All that one transaction is about to write, decided command by command. */
export class CombinedWorkspace {
  readonly documents = new PendingDocuments();
  readonly events: StoredEvent<object>[] = [];
  readonly keys = new Map<string, IdempotencyRecord>();
  private readonly held = new Map<string, HeldAccount>();
  private read = false;
  private ahead = false;

  /**
   * @param session the transaction, begun or to begin with the first read or write
   * @param reserve takes accounts that nobody has declared into the transaction; false when another one has one of them
   */
  constructor(
    private readonly db: Db,
    private readonly transaction: ClientSession,
    private readonly cache: AccountCache,
    private readonly reserve: (keys: readonly string[]) => boolean,
  ) {}

  /** The transaction, for reading in its snapshot. */
  get session(): ClientSession {
    this.read = true;
    return this.transaction;
  }

  /** Whether anything has been read in the transaction. */
  get hasRead(): boolean {
    return this.read;
  }

  /**
   * Whether an account came from the cache after the snapshot had been taken: it may be newer than the snapshot, whose
   * rows and conditions it then does not fit.
   */
  get mayBeAhead(): boolean {
    return this.ahead;
  }

  /** Whether there is nothing to write. */
  get isEmpty(): boolean {
    return this.events.length === 0 && this.keys.size === 0;
  }

  /** Every account that was asked for. */
  accounts(): Iterable<HeldAccount> {
    return this.held.values();
  }

  /** Makes sure of accounts: from the cache, or with one query for all others. */
  async hold(wanted: readonly OwnedKey[]): Promise<void> {
    const missing = wanted.filter((key) => !this.holdCached(key));
    if (missing.length === 0) return;
    const found = await findOwned<AccountRecord>(this.db, ACCOUNTS, this.session, missing);
    const byId = new Map(found.map((document) => [document._id, document]));
    for (const { household_id, _id } of missing) {
      const document = byId.get(_id);
      const base = document?.household_id === household_id ? document : null;
      this.held.set(accountKey(household_id, _id), {
        household_id,
        _id,
        base,
        cached: false,
        current: base,
        changed: undefined,
      });
    }
  }

  private holdCached({ household_id, _id }: OwnedKey): boolean {
    const key = accountKey(household_id, _id);
    if (this.held.has(key)) return true;
    const base = this.cache.get(key);
    if (!base) return false;
    this.ahead ||= this.read;
    this.held.set(key, { household_id, _id, base, cached: true, current: base, changed: undefined });
    return true;
  }

  /**
   * Accounts of a household as the commands so far leave them.
   * @throws AccountAtWork when they are not all here and another transaction has one of them.
   */
  async reach(household_id: string, ids: readonly string[]): Promise<(AccountRecord | null)[]> {
    const missing = ids.filter((id) => !this.held.has(accountKey(household_id, id)));
    if (missing.length > 0) {
      const keys = missing.map((id) => accountKey(household_id, id));
      if (!this.reserve(keys)) throw new AccountAtWork();
      await this.hold(missing.map((_id) => ({ household_id, _id })));
    }
    return ids.map((id) => this.current(household_id, id));
  }

  /** An account as the commands so far leave it, null where there is none. */
  current(household_id: string, account_id: string): AccountRecord | null {
    const held = this.held.get(accountKey(household_id, account_id));
    if (!held) throw new Error(`${account_id} was recorded on without being looked at`);
    return held.current;
  }

  /** The accounts of a household that the commands so far have changed or opened. */
  changed(household_id: string): AccountRecord[] {
    return [...this.held.values()].flatMap(({ household_id: owner, base, current }) =>
      owner === household_id && current !== null && current !== base ? [current] : [],
    );
  }

  /**
   * Takes a decided command in; commands after it see what it leaves.
   * @throws IdempotencyKeyUsed when a command before it in this transaction came with its key.
   */
  take({ events, accounts, changes, key }: StagedCommand): void {
    if (key && this.keys.has(key._id)) throw new IdempotencyKeyUsed(key._id);
    this.documents.take(changes);
    this.events.push(...events);
    for (const document of accounts) {
      const held = this.held.get(accountKey(document.household_id, document._id));
      if (!held) continue;
      held.current = document;
      held.changed = undefined;
    }
    if (key) this.keys.set(key._id, key);
  }

  /**
   * Looks whether the accounts that came from the cache and are not written, whose versions no write will check, are
   * still as they were decided on.
   * @throws VersionConflict when one is not.
   */
  async verify(): Promise<void> {
    const unchecked = [...this.held.values()].filter(
      ({ cached, base, current }) => cached && base === current,
    );
    if (unchecked.length === 0) return;
    const session = this.read || !this.isEmpty ? this.session : null;
    const found = await findOwned<AccountRecord>(this.db, ACCOUNTS, session, unchecked, {
      projection: STAND_FIELDS,
    });
    const stands = new Map(found.map((account) => [account._id, standOf(account)]));
    for (const { _id, base } of unchecked) {
      if (stands.get(_id) !== (base && standOf(base)))
        throw new VersionConflict(`${_id} was changed by another process`);
    }
  }
}
