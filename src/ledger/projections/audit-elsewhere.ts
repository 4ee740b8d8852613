import type { MaybeSession } from '../../database/tenant-scope.js';
import type { EventLog } from '../../event-store/event-log.js';
import type { AccountDocument } from './account-document.js';
import { maybeOneCommand, ReversalCommands, type Doubt, type Reversal } from './audit-reversals.js';
import { domainEvent } from './domain-event.js';

/** Where the other sides of doubtful reversals are in their account's log; null when they are not one command's. */
interface Claim {
  readonly doubt: Doubt;
  place: { readonly from: number; readonly to: number } | null;
  matched: number;
}

/**
 * Reversals between which an account is overdrawn, all of transfers with one other account: there, everything that stood
 * after a transaction may have been undone. Reads the log of each such other account once.
 */
export class UndoneElsewhere {
  private readonly claims: readonly Claim[];
  private current = 0;

  /** @param doubts in the order of their sequences */
  constructor(
    private readonly log: EventLog,
    private readonly account: AccountDocument,
    private readonly session: MaybeSession,
    doubts: readonly Doubt[],
  ) {
    this.claims = doubts.map((doubt) => ({
      doubt,
      place: { from: Infinity, to: 0 },
      matched: 0,
    }));
  }

  /** Takes the account's reversals of transfers, in their order, each with the other side's, null where there is none. */
  matched(reversal: Reversal, there: Reversal | null): void {
    while ((this.claims[this.current]?.doubt.to ?? Infinity) < reversal.seq) this.current += 1;
    const claim = this.claims[this.current];
    if (!claim || claim.doubt.from > reversal.seq) return;
    claim.matched += 1;
    claim.place =
      claim.place && there && maybeOneCommand(there, reversal)
        ? { from: Math.min(claim.place.from, there.seq), to: Math.max(claim.place.to, there.seq) }
        : null;
  }

  /** What no other account's undo explains. */
  async unexplained(): Promise<string[]> {
    const others = new Set(this.claims.flatMap(({ doubt }) => doubt.other ?? []));
    const explained = new Set<Claim>();
    for (const other of others) {
      const claims = this.claims.filter(({ doubt }) => doubt.other === other);
      for (const claim of await this.explainedBy(other, claims)) explained.add(claim);
    }
    return this.claims.filter((claim) => !explained.has(claim)).map(({ doubt }) => doubt.finding);
  }

  private async explainedBy(account_id: string, claims: readonly Claim[]): Promise<Claim[]> {
    const [byEnd, last] = byEndOf(claims);
    const commands = new ReversalCommands();
    const explained: Claim[] = [];
    const log = { household_id: this.account.household_id, _id: account_id };
    for await (const stored of this.log.stream(this.session, log, 1, last)) {
      const event = domainEvent(stored);
      commands.take(event);
      const ending = byEnd.get(event.seq) ?? [];
      explained.push(...ending.filter(({ place }) => place !== null && commands.isBackTo(place.from)));
    }
    return explained;
  }
}

/** Claims by the place where they end, and the last such place: 0 when no other side was found for any. */
function byEndOf(claims: readonly Claim[]): readonly [ReadonlyMap<number, readonly Claim[]>, number] {
  const byEnd = new Map<number, Claim[]>();
  let last = 0;
  for (const claim of claims) {
    const { place, matched, doubt } = claim;
    if (place === null || matched < doubt.reversals) continue;
    byEnd.set(place.to, [...(byEnd.get(place.to) ?? []), claim]);
    last = Math.max(last, place.to);
  }
  return [byEnd, last];
}
