import { findOwned, type OwnedKey } from '../database/tenant-scope.js';
import { ACCOUNTS, type AccountRecord } from './account-record.js';
import { accountKey } from './combined-workspace.js';
import { CommitAttempt, type Ground } from './commit-attempt.js';
import { isDatabaseError } from './conflicts.js';
import { IDEMPOTENCY, type IdempotencyRecord } from './idempotency-record.js';
import type { QueuedCommand, Verdict } from './queued-command.js';
import { regroup, type Found } from './regroup.js';
import type { StoreCounters } from './store-counters.js';
import { WaitingLine, type Unit } from './waiting-line.js';

/** How many commands may wait in this process. */
export const MAX_WAITING = 10_000;

/** How many transactions, over accounts of their own, are under way at once, and how much goes together in one. */
const MAX_RUNNING = 2;
const MAX_TOGETHER = 400;

/**
 * Records commands together: while transactions are under way, further commands wait and go in the next one, decided
 * one after the other. One process's commands for the same accounts so never meet as conflicts, and one commit serves
 * many. That nothing is lost or done twice doesn't depend on it: the versions in the database see to that.
 */
export class Combiner {
  private readonly line = new WaitingLine<QueuedCommand>({ length: MAX_WAITING, together: MAX_TOGETHER });
  private readonly atWork = new Set<string>();
  private running = 0;
  private awake = false;
  private alarm: NodeJS.Timeout | undefined;

  constructor(
    private readonly ground: Ground,
    private readonly counters: StoreCounters,
  ) {}

  /** How many commands wait, those in transactions under way left out. */
  get waiting(): number {
    return this.line.length;
  }

  /** How many transactions are under way. */
  get underWay(): number {
    return this.running;
  }

  /** @throws Problem `service_unavailable` when too many wait already. */
  add(item: QueuedCommand): void {
    this.line.add(item);
    this.wake();
  }

  /** Begins once what arrived together has been seen. */
  private wake(): void {
    if (this.awake) return;
    this.awake = true;
    setImmediate(() => {
      this.awake = false;
      this.begin();
    });
  }

  private begin(): void {
    while (this.running < MAX_RUNNING) {
      const unit = this.line.next((key) => this.atWork.has(key), performance.now());
      if (!unit) break;
      this.running += 1;
      void this.run(unit);
    }
    clearTimeout(this.alarm);
    const turn = this.line.nextTurn;
    if (turn !== undefined && this.running < MAX_RUNNING) {
      this.alarm = setTimeout(() => this.begin(), Math.max(1, turn - performance.now()));
    }
  }

  private async run(unit: Unit<QueuedCommand>): Promise<void> {
    const own = new Set<string>();
    const reserve = (keys: readonly string[]): boolean => {
      if (keys.some((key) => this.atWork.has(key) && !own.has(key))) return false;
      for (const key of keys) {
        this.atWork.add(key);
        own.add(key);
      }
      return true;
    };
    for (const { accounts } of unit.items) reserve([...accounts]);
    try {
      await this.attempt(unit, reserve);
    } catch (error) {
      for (const { reject } of unit.items) reject(error);
    } finally {
      for (const key of own) this.atWork.delete(key);
      this.running -= 1;
      this.wake();
    }
  }

  private async attempt(
    unit: Unit<QueuedCommand>,
    reserve: (keys: readonly string[]) => boolean,
  ): Promise<void> {
    const attempt = new CommitAttempt(this.ground, unit.items, reserve);
    let verdicts: readonly Verdict[];
    try {
      verdicts = await attempt.run();
    } catch (error) {
      return this.recover(unit, attempt, error);
    }
    this.counters.committed(verdicts);
    for (const verdict of verdicts) this.settle(verdict);
  }

  private settle(verdict: Verdict): void {
    const { item } = verdict;
    if (verdict.kind === 'refused') item.reject(verdict.error);
    else if (verdict.kind === 'postponed') this.line.putBackFresh(item.needing(verdict.keys));
    else item.resolve({ decision: verdict.staged.decision, events: verdict.staged.events });
  }

  private async recover(unit: Unit<QueuedCommand>, attempt: CommitAttempt, error: unknown): Promise<void> {
    this.counters.failed();
    const found = await this.look(unit, attempt);
    const { refused, units } = regroup(unit, error, found, performance.now());
    for (const { item, error: reason } of refused) item.reject(reason);
    this.line.putBack(units);
  }

  /** Reads the versions and idempotency keys of an attempt again; while the database is away, nothing is known. */
  private async look(unit: Unit<QueuedCommand>, { versions }: CommitAttempt): Promise<Found> {
    try {
      const [changed, used] = await Promise.all([this.changedSince(versions), this.usedKeys(unit)]);
      return { changed, used };
    } catch (error) {
      if (!isDatabaseError(error)) throw error;
      return { changed: new Set(), used: new Set() };
    }
  }

  private async changedSince(versions: ReadonlyMap<string, number | null>): Promise<Set<string>> {
    const keys = [...versions.keys()].map(keyOf);
    const found = await this.findAll<AccountRecord>(ACCOUNTS, keys, { household_id: 1, version: 1 });
    const now = new Map(
      found.map(({ household_id, _id, version }) => [accountKey(household_id, _id), version]),
    );
    const changed = new Set<string>();
    for (const [key, version] of versions) {
      if ((now.get(key) ?? null) === version) continue;
      changed.add(key);
      this.ground.cache.delete(key);
    }
    return changed;
  }

  private async usedKeys({ items }: Unit<QueuedCommand>): Promise<Set<string>> {
    const keys = items.flatMap(({ record_id, command }) =>
      record_id === undefined ? [] : [{ household_id: command.household_id, _id: record_id }],
    );
    const found = await this.findAll<IdempotencyRecord>(IDEMPOTENCY, keys, { household_id: 1 });
    return new Set(found.map(({ _id }) => _id));
  }

  private async findAll<T extends OwnedKey>(
    collection: string,
    keys: readonly OwnedKey[],
    projection: Record<string, 1>,
  ): Promise<T[]> {
    if (keys.length === 0) return [];
    return findOwned<T>(this.ground.db, collection, null, keys, { projection });
  }
}

function keyOf(key: string): OwnedKey {
  const [household_id = '', _id = ''] = key.split('/');
  return { household_id, _id };
}
