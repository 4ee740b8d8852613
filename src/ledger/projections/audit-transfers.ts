import type { Db } from 'mongodb';

import { tenantScope, type MaybeSession, type TenantScope } from '../../database/tenant-scope.js';
import { ACCOUNTS } from '../../event-store/account-record.js';
import { EVENTS, type StoredEvent } from '../../event-store/stored-event.js';
import { changeOf } from '../domain/account.js';
import type { LedgerEvent, TransactionReversed, TransferReceived, TransferSent } from '../domain/events.js';
import type { AccountDocument } from './account-document.js';

type Event = StoredEvent<LedgerEvent>;
type Side = StoredEvent<TransferSent | TransferReceived>;
type Reversal = StoredEvent<TransactionReversed>;

/** Holds each side of a household's transfers, and each reversal of one, against the other side's account. */
export class TransferAudit {
  private readonly log: TenantScope<Event>;
  private readonly accounts: TenantScope<AccountDocument>;
  private readonly currencies = new Map<string, string | undefined>();
  /** How often each transfer was reversed so far, by its root's id. */
  private readonly reversed = new Map<string, number>();

  constructor(
    db: Db,
    { household_id, _id, currency }: AccountDocument,
    private readonly session: MaybeSession,
  ) {
    this.log = tenantScope<Event>(db, EVENTS, household_id);
    this.accounts = tenantScope<AccountDocument>(db, ACCOUNTS, household_id);
    this.currencies.set(_id, currency);
  }

  /** What is wrong with the transfers among the next events of the account. */
  async take(events: readonly Event[]): Promise<string[]> {
    const sides = events.filter(isSide);
    const others = await this.rootsOf(sides.map(({ counterpart }) => counterpart.transaction_id));
    const found: string[] = [];
    for (const side of sides) {
      const wrong = await this.disagreement(side, others.get(side.counterpart.transaction_id));
      if (wrong !== null) found.push(`event ${side.seq}, one side of a transfer: ${wrong}`);
    }
    for (const reversal of events.filter(isReversal)) {
      if (!(await this.isReversedThere(reversal))) {
        found.push(
          `event ${reversal.seq} reverses one side of a transfer, and the other side is not reversed`,
        );
      }
    }
    return found;
  }

  private async rootsOf(ids: readonly string[]): Promise<ReadonlyMap<string, Event>> {
    if (ids.length === 0) return new Map();
    const found = await this.log.find(this.session, { _id: { $in: [...ids] } }).toArray();
    return new Map(found.map((event) => [event._id, event]));
  }

  private async disagreement(side: Side, other: Event | undefined): Promise<string | null> {
    if (other?.account_id !== side.counterpart.account_id) return 'the other side is missing';
    if (!isSide(other) || other.type === side.type) return 'the other side is none';
    const { account_id, transaction_id } = other.counterpart;
    if (account_id !== side.account_id || transaction_id !== side._id) return 'the other side names another';
    const sender = side.type === 'TransferSent' ? side : other;
    if (side.transfer_id !== sender._id || other.transfer_id !== sender._id) return 'its id is not the same';
    if (side.effective_on !== other.effective_on) return 'the other side counts for another day';
    return (await this.amountsAgree(side, other)) ? null : 'the amounts do not agree';
  }

  private async amountsAgree(side: Side, other: Side): Promise<boolean> {
    const [given, taken] = [changeOf(side.postings), changeOf(other.postings)];
    if (Math.sign(given) !== (side.type === 'TransferSent' ? -1 : 1)) return false;
    if (Math.sign(taken) !== -Math.sign(given)) return false;
    const currencies = [await this.currencyOf(side.account_id), await this.currencyOf(other.account_id)];
    return currencies[0] !== currencies[1] || taken === -given;
  }

  private async currencyOf(account_id: string): Promise<string | undefined> {
    if (!this.currencies.has(account_id)) {
      const account = await this.accounts.findOne(this.session, { _id: account_id });
      this.currencies.set(account_id, account?.currency);
    }
    return this.currencies.get(account_id);
  }

  /** Follows the other side's chain of reversals as far as the account's own has come. */
  private async isReversedThere({ root_id, role, transfer_id, counterpart }: Reversal): Promise<boolean> {
    if (!counterpart) return true;
    const times = (this.reversed.get(root_id) ?? 0) + 1;
    this.reversed.set(root_id, times);
    const { account_id, transaction_id: _id } = counterpart;
    let tip: Event | null = await this.log.findOne(this.session, { _id, account_id });
    for (let step = 0; step < times && tip; step += 1) {
      tip = await this.log.findOne(this.session, { account_id, reverses_seq: tip.seq });
    }
    return tip !== null && isReversal(tip) && tip.role === role && tip.transfer_id === transfer_id;
  }
}

const isSide = (event: Event): event is Side =>
  event.type === 'TransferSent' || event.type === 'TransferReceived';

const isReversal = (event: Event): event is Reversal => event.type === 'TransactionReversed';
