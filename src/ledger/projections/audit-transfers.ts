import type { Db, Filter } from 'mongodb';

import { tenantScope, type MaybeSession, type TenantScope } from '../../database/tenant-scope.js';
import { ACCOUNTS } from '../../event-store/account-record.js';
import { EVENTS, type StoredEvent } from '../../event-store/stored-event.js';
import { changeOf } from '../domain/account.js';
import type { LedgerEvent, TransferReceived, TransferSent } from '../domain/events.js';
import type { AccountDocument } from './account-document.js';
import { domainEvent } from './domain-event.js';
import { isReversal, type Reversal } from './audit-reversals.js';

type Event = StoredEvent<LedgerEvent>;
type Side = StoredEvent<TransferSent | TransferReceived>;

/** Holds each side of a household's transfers, and each reversal of one, against the other side's account. */
export class TransferAudit {
  private readonly log: TenantScope<Event>;
  private readonly accounts: TenantScope<AccountDocument>;
  private readonly currencies = new Map<string, string | undefined>();
  /** How far the other side's chain of each transfer that was reversed has been followed, by its root's id. */
  private readonly tips = new Map<string, Event | null>();

  constructor(
    db: Db,
    { household_id, _id, currency }: AccountDocument,
    private readonly session: MaybeSession,
    private readonly matched: (reversal: Reversal, there: Reversal | null) => void,
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
    return [...found, ...(await this.unshared(events.filter(isOfTransfer)))];
  }

  private async rootsOf(ids: readonly string[]): Promise<ReadonlyMap<string, Event>> {
    if (ids.length === 0) return new Map();
    const found = await this.log.find(this.session, { _id: { $in: [...ids] } }).toArray();
    return new Map(found.map((event) => [event._id, domainEvent(event)]));
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

  /** The reversals that the other side does not share. */
  private async unshared(reversals: readonly TransferReversal[]): Promise<string[]> {
    await this.findTips(reversals);
    const there = new Map<Reversal, Event | null>();
    for (const next of inRounds(reversals)) {
      const found = await this.followers(next);
      for (const reversal of next) {
        const tip = this.tips.get(reversal.root_id);
        const follower = (tip && found.get(placeOf(reversal.counterpart.account_id, tip.seq))) ?? null;
        this.tips.set(reversal.root_id, follower);
        there.set(reversal, follower);
      }
    }
    return reversals.flatMap((reversal) => this.judged(reversal, there.get(reversal) ?? null));
  }

  private judged(reversal: TransferReversal, there: Event | null): string[] {
    const { seq, role, transfer_id } = reversal;
    const shares =
      there !== null && isReversal(there) && there.role === role && there.transfer_id === transfer_id;
    this.matched(reversal, shares ? there : null);
    return shares ? [] : [`event ${seq} reverses one side of a transfer, and the other side is not reversed`];
  }

  /** Begins the other sides' chains of transfers that are reversed for the first time. */
  private async findTips(reversals: readonly TransferReversal[]): Promise<void> {
    const first = reversals.filter(({ root_id }) => !this.tips.has(root_id));
    const roots = await this.rootsOf(first.map(({ counterpart }) => counterpart.transaction_id));
    for (const { root_id, counterpart } of first) {
      const root = roots.get(counterpart.transaction_id);
      this.tips.set(root_id, root?.account_id === counterpart.account_id ? root : null);
    }
  }

  /** What reversed the tips of the other sides, by the account and sequence that were reversed. */
  private async followers(reversals: readonly TransferReversal[]): Promise<ReadonlyMap<string, Event>> {
    const wanted = new Map<string, number[]>();
    for (const { root_id, counterpart } of reversals) {
      const tip = this.tips.get(root_id);
      if (tip) wanted.set(counterpart.account_id, [...(wanted.get(counterpart.account_id) ?? []), tip.seq]);
    }
    const found: Event[] = [];
    for (const [account_id, seqs] of wanted) {
      const filter = { account_id, reverses_seq: { $in: seqs } } as Filter<Event>;
      const following = await this.log.find(this.session, filter).toArray();
      found.push(...following.map(domainEvent));
    }
    return new Map(
      found.filter(isReversal).map((event) => [placeOf(event.account_id, event.reverses_seq), event]),
    );
  }
}

type TransferReversal = Reversal & Required<Pick<Reversal, 'counterpart'>>;

const isOfTransfer = (event: Event): event is TransferReversal =>
  isReversal(event) && event.counterpart !== undefined;

const placeOf = (account_id: string, seq: number): string => `${account_id}/${seq}`;

/** Reversals so that none of a round is of the same transfer as another one, each transfer's in their order. */
function inRounds(reversals: readonly TransferReversal[]): TransferReversal[][] {
  const rounds: TransferReversal[][] = [];
  const times = new Map<string, number>();
  for (const reversal of reversals) {
    const time = times.get(reversal.root_id) ?? 0;
    times.set(reversal.root_id, time + 1);
    (rounds[time] ??= []).push(reversal);
  }
  return rounds;
}

const isSide = (event: Event): event is Side =>
  event.type === 'TransferSent' || event.type === 'TransferReceived';
