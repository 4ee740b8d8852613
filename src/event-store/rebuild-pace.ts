import { setTimeout as pause } from 'node:timers/promises';

import type { Db } from 'mongodb';

import { everyTenant } from '../database/tenant-scope.js';
import { EVENTS, type EventRecord } from './stored-event.js';

/** How much is written at a time, and how much of it at once. */
export interface Gait {
  readonly documents: number;
  readonly lanes: number;
}

/** While nobody else records anything: as fast as the database takes it. */
const ALONE: Gait = { documents: 250, lanes: 4 };
/** While somebody does: little at a time, so that nobody waits long behind it. */
const BESIDE_OTHERS: Gait = { documents: 40, lanes: 1 };
/** How often is looked whether anybody records. */
const LOOK_MS = 50;
/** How long somebody who recorded something counts as being at it. */
const COMPANY_MS = 1_000;
/** How long is paused beside others after a write, as a multiple of what the write took. */
const PAUSES = 1;

/**
 * How fast a rebuild goes: at full speed while it has the database for itself, and in small steps, with a pause as long
 * as the answer took after each, while others record events, which the growing number of events tells.
 */
export class RebuildPace {
  private events: number | undefined;
  private looked = -Infinity;
  private company = -Infinity;
  private looking: Promise<void> = Promise.resolve();

  constructor(private readonly db: Db) {}

  /** How to go on now. @throws the driver's errors. */
  async gait(): Promise<Gait> {
    if (performance.now() - this.looked > LOOK_MS) {
      await this.looking;
      this.looked = performance.now();
      this.looking = this.look();
      // It is waited for before the next look, and throws then.
      this.looking.catch(() => undefined);
      if (this.events === undefined) await this.looking;
    }
    return this.inCompany ? BESIDE_OTHERS : ALONE;
  }

  /** Does one write, and rests after it while others record. */
  async step(write: () => Promise<unknown>): Promise<void> {
    const started = performance.now();
    await write();
    if (this.inCompany) await pause((performance.now() - started) * PAUSES);
  }

  private get inCompany(): boolean {
    return performance.now() - this.company < COMPANY_MS;
  }

  private async look(): Promise<void> {
    const events = await everyTenant<EventRecord>(this.db, EVENTS).estimatedDocumentCount();
    if (this.events !== undefined && events !== this.events) this.company = performance.now();
    this.events = events;
  }
}
