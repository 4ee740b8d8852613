import { Problem } from '../kernel/problem.js';

/** What waits: needs accounts, by key, that no two transactions may have at once. */
export interface Waiting {
  readonly accounts: ReadonlySet<string>;
  readonly weight: number;
}

/** Commands that go in one transaction. */
export interface Unit<Item extends Waiting> {
  readonly items: readonly Item[];
  /** How often it was tried. One that was tried goes again in a transaction of its own. */
  readonly attempts: number;
  /** Until when it is left alone, and until when it may be tried; milliseconds as of `performance.now()`. */
  readonly not_before: number;
  readonly deadline: number;
}

/** A bundle may go over the weight by its last item, no more items are added then. */
export interface LineLimits {
  readonly length: number;
  /** What all that waits may weigh: a large command takes much memory while it waits. */
  readonly weight: number;
  readonly together: number;
}

/**
 * Commands that wait for a transaction, in the order in which they came. What is taken out together never shares an
 * account with what is at work, and nothing overtakes another one that waits for the same account: so none starves,
 * and since nobody holds an account while waiting for another, none waits for ever.
 */
export class WaitingLine<Item extends Waiting> {
  private units: Unit<Item>[] = [];
  private items = 0;
  private weight = 0;

  constructor(private readonly limits: LineLimits) {}

  /** How many commands wait. */
  get length(): number {
    return this.items;
  }

  /** @throws Problem `service_unavailable` when too many wait already. */
  add(item: Item): void {
    if (this.items >= this.limits.length || this.weight >= this.limits.weight) {
      throw new Problem('service_unavailable', { detail: 'Too many changes are waiting already.' });
    }
    this.units.push(fresh(item));
    this.count([item], 1);
  }

  /** Puts units in front of all others, in their order. */
  putBack(units: readonly Unit<Item>[]): void {
    this.units.unshift(...units);
    for (const { items } of units) this.count(items, 1);
  }

  /** Puts commands in front of all others, in their order, as if they had just come. */
  putBackFresh(items: readonly Item[]): void {
    this.putBack(items.map(fresh));
  }

  /** Takes commands out of the line that were never tried and are no longer to wait. */
  withdraw(isOverdue: (item: Item) => boolean): Item[] {
    const taken = new Set(
      this.units.filter(({ items, attempts }) => attempts === 0 && items.every((item) => isOverdue(item))),
    );
    return [...(this.takeOut(taken)?.items ?? [])];
  }

  /** What can go now, taken out of the line; undefined when nothing can. `isAtWork` tells of an account's key. */
  next(isAtWork: (key: string) => boolean, now: number): Unit<Item> | undefined {
    const passed = new Set<string>();
    const taken = new Set<Unit<Item>>();
    let weight = 0;
    for (const unit of this.units) {
      if (weight >= this.limits.together) break;
      const ready = unit.not_before <= now && keysOf(unit).every((key) => !passed.has(key) && !isAtWork(key));
      if (ready && unit.attempts > 0 && taken.size === 0) return this.takeOut(new Set([unit]));
      if (!ready || unit.attempts > 0) {
        for (const key of keysOf(unit)) passed.add(key);
        continue;
      }
      taken.add(unit);
      for (const item of unit.items) weight += item.weight;
    }
    return this.takeOut(taken);
  }

  /** When, after `now`, the next unit that is left alone for a while may go. */
  turnAfter(now: number): number | undefined {
    let next: number | undefined;
    for (const { not_before } of this.units) {
      if (not_before > now && (next === undefined || not_before < next)) next = not_before;
    }
    return next;
  }

  private count(items: readonly Item[], sign: 1 | -1): void {
    this.items += sign * items.length;
    for (const { weight } of items) this.weight += sign * weight;
  }

  private takeOut(taken: ReadonlySet<Unit<Item>>): Unit<Item> | undefined {
    const [first, ...more] = taken;
    if (!first) return undefined;
    this.units = this.units.filter((unit) => !taken.has(unit));
    for (const { items } of taken) this.count(items, -1);
    return more.length === 0 ? first : { ...first, items: [...taken].flatMap(({ items }) => items) };
  }
}

const fresh = <Item extends Waiting>(item: Item): Unit<Item> => ({
  items: [item],
  attempts: 0,
  not_before: 0,
  deadline: Infinity,
});

function keysOf<Item extends Waiting>({ items }: Unit<Item>): string[] {
  return items.flatMap(({ accounts }) => [...accounts]);
}
