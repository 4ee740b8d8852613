import { isDeepStrictEqual } from 'node:util';

import type { Db, Filter } from 'mongodb';

import { tenantScope, type MaybeSession, type TenantScope } from '../../database/tenant-scope.js';
import { EVENTS, type StoredEvent } from '../../event-store/stored-event.js';
import {
  isRootEvent,
  KIND_OF_ROOT,
  type LedgerEvent,
  type RootEvent,
  type TransactionReversed,
} from '../domain/events.js';
import type { AccountDocument } from './account-document.js';
import { domainEvent } from './domain-event.js';

type Event = StoredEvent<LedgerEvent>;
type Reversal = StoredEvent<TransactionReversed>;
type Root = StoredEvent<RootEvent>;

/** The last event of a transaction's chain, and what the transaction is after it. */
interface Tip {
  readonly seq: number;
  readonly id: string;
  readonly standing: boolean;
}

/**
 * Holds each reversal of an account against its transaction: it reverses the last of the chain, which is never the
 * opening's, with the exact opposite postings, on the same day. In memory are the chains that are longer than one.
 */
export class ChainAudit {
  private readonly log: TenantScope<Event>;
  private readonly account_id: string;
  private readonly tips = new Map<number, Tip>();

  constructor(
    db: Db,
    { household_id, _id }: AccountDocument,
    private readonly session: MaybeSession,
  ) {
    this.log = tenantScope<Event>(db, EVENTS, household_id);
    this.account_id = _id;
  }

  /** What is wrong with the reversals among the next events of the account. */
  async take(events: readonly Event[]): Promise<string[]> {
    const reversals = events.filter((event): event is Reversal => event.type === 'TransactionReversed');
    const roots = await this.rootsOf(reversals);
    return reversals.flatMap((reversal) => {
      const wrong = this.disagreement(reversal, roots.get(reversal.root_seq));
      const { root_seq, seq, _id: id, role } = reversal;
      this.tips.set(root_seq, { seq, id, standing: role === 'redo' });
      return wrong === null ? [] : [`event ${seq}, a reversal: ${wrong}`];
    });
  }

  private async rootsOf(reversals: readonly Reversal[]): Promise<ReadonlyMap<number, Event>> {
    if (reversals.length === 0) return new Map();
    const seqs = [...new Set(reversals.map(({ root_seq }) => root_seq))];
    const filter: Filter<Event> = { account_id: this.account_id, seq: { $in: seqs } };
    const found = await this.log.find(this.session, filter).toArray();
    return new Map(found.map((event) => [event.seq, domainEvent(event)]));
  }

  private disagreement(reversal: Reversal, root: Event | undefined): string | null {
    if (!root || root.seq >= reversal.seq || root.type === 'AccountOpened' || !isRootEvent(root)) {
      return 'what it is about cannot be reversed';
    }
    if (!isAbout(reversal, root)) return 'it tells of another transaction than the one that it is about';
    const tip = this.tips.get(root.seq) ?? { seq: root.seq, id: root._id, standing: true };
    const follows = reversal.reverses_seq === tip.seq && reversal.reverses_id === tip.id;
    if (!follows || tip.standing !== (reversal.role === 'undo')) {
      return 'it does not reverse the last of its chain';
    }
    if (reversal.effective_on !== root.effective_on) return 'it counts for another day';
    return isDeepStrictEqual(reversal.postings, postingsOf(reversal.role, root))
      ? null
      : 'its postings are not the opposite of what it reverses';
  }
}

const isAbout = (reversal: Reversal, root: Root): boolean =>
  reversal.root_id === root._id &&
  reversal.kind === KIND_OF_ROOT[root.type] &&
  reversal.batch_id === root.batch_id &&
  tellsPayerOf(reversal, root) &&
  isDeepStrictEqual(reversal.counterpart, 'counterpart' in root ? root.counterpart : undefined);

/** Reversals of paydays that were recorded before they told the payer tell none. */
const tellsPayerOf = ({ payer }: Reversal, root: Root): boolean =>
  payer === undefined || (root.type === 'PayReceived' && payer === root.payer);

/** What a reversal posts: an undo takes the transaction back, a redo makes it once more. */
const postingsOf = (role: TransactionReversed['role'], { postings }: Root) =>
  postings.map(({ envelope_id, amount_minor }) => ({
    envelope_id,
    amount_minor: role === 'undo' ? -amount_minor : amount_minor,
  }));
