import type { ClientSession } from 'mongodb';

import { Problem } from '../kernel/problem.js';
import { CommitAttempt, type Ground } from './commit-attempt.js';
import { lookAgain } from './look-again.js';
import type { QueuedCommand, Verdict } from './queued-command.js';
import { regroup } from './regroup.js';
import type { StoreCounters } from './store-counters.js';
import { WaitingLine, type Unit } from './waiting-line.js';

/** How many commands may wait in this process, and how many transactions they may hold. */
export const MAX_WAITING = 10_000;
const MAX_WEIGHT = 100_000;

/** How many transactions, over accounts of their own, are under way at once, and how much goes together in one. */
const MAX_RUNNING = 2;
const MAX_TOGETHER = 400;

/** How long a command may wait for its first turn, and how often it is looked who has waited too long. */
const MAX_WAIT_MS = 15_000;
const LOOK_MS = 1_000;

/**
 * Records commands together: while transactions are under way, further commands wait and go in the next one, decided
 * one after the other. One process's commands for the same accounts so never meet as conflicts, and one commit serves
 * many. That nothing is lost or done twice doesn't depend on it: the versions in the database see to that.
 */
export class Combiner {
  private readonly line = new WaitingLine<QueuedCommand>({
    ...{ length: MAX_WAITING, weight: MAX_WEIGHT, together: MAX_TOGETHER },
  });
  private readonly atWork = new Set<string>();
  private running = 0;
  private awake = false;
  private alarm: NodeJS.Timeout | undefined;
  private looked = 0;

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
    const now = performance.now();
    this.sendAway(now);
    while (this.running < MAX_RUNNING) {
      const unit = this.line.next((key) => this.atWork.has(key), now);
      if (!unit) break;
      this.running += 1;
      void this.run(unit);
    }
    clearTimeout(this.alarm);
    // What had its turn and could not go is seen to when a transaction ends.
    const turn = this.line.turnAfter(now);
    if (turn !== undefined) this.alarm = setTimeout(() => this.begin(), Math.max(1, turn - now));
  }

  /** Refuses what has waited too long, which happens while the database does not answer. */
  private sendAway(now: number): void {
    if (now < this.looked + LOOK_MS) return;
    this.looked = now;
    for (const { reject } of this.line.withdraw(({ since }) => since + MAX_WAIT_MS < now)) {
      reject(new Problem('service_unavailable', { detail: 'The database is too slow at the moment.' }));
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
    const session = this.ground.client.startSession();
    try {
      await this.attempt(unit, session, reserve);
    } catch (error) {
      for (const { reject } of unit.items) reject(error);
    } finally {
      for (const key of own) this.atWork.delete(key);
      this.running -= 1;
      this.wake();
      await session.endSession();
    }
  }

  private async attempt(
    unit: Unit<QueuedCommand>,
    session: ClientSession,
    reserve: (keys: readonly string[]) => boolean,
  ): Promise<void> {
    const attempt = new CommitAttempt(this.ground, session, unit.items, reserve);
    let verdicts: readonly Verdict[];
    try {
      verdicts = await attempt.run();
    } catch (error) {
      return this.recover(unit, session, attempt, error);
    }
    this.counters.committed(verdicts);
    for (const verdict of verdicts) this.settle(verdict);
    this.line.putBackFresh(verdicts.flatMap(({ item, kind }) => (kind === 'postponed' ? [item] : [])));
  }

  private settle(verdict: Verdict): void {
    const { item } = verdict;
    if (verdict.kind === 'refused') item.reject(verdict.error);
    else if (verdict.kind === 'staged')
      item.resolve({ decision: verdict.staged.decision, events: verdict.staged.events });
  }

  private async recover(
    unit: Unit<QueuedCommand>,
    session: ClientSession,
    { stands }: CommitAttempt,
    error: unknown,
  ): Promise<void> {
    this.counters.failed();
    const found = await lookAgain(this.ground.db, session, stands, unit.items);
    for (const key of found.changed) this.ground.cache.delete(key);
    const { refused, units } = regroup(unit, error, found, performance.now());
    for (const { item, error: reason } of refused) item.reject(reason);
    this.line.putBack(units);
  }
}
