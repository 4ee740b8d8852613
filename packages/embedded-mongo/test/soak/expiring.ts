import { setTimeout as wait } from 'node:timers/promises';
import type { Collection } from 'mongodb';
import { answered } from '../lost-connection.js';
import type { Line } from './line.js';
import type { Random } from './model.js';
import { isUnsure } from './soak-client.js';

interface Row {
  _id: string;
  at?: Date;
}

const HOUR_MS = 3_600_000;
const PAUSE_MS = 50;
const MOST_LASTING = 100;
/** For how long the last expired rows are waited for. */
const PATIENCE_MS = 120_000;

/** Inserts rows of which some expire, and looks that the others stay. */
export class Expiring {
  inserted = 0;
  fault: string | undefined;
  /** Rows that must be there, the oldest first. */
  private lasting: string[] = [];
  private made = 0;

  constructor(
    private readonly line: Line,
    private readonly random: Random,
  ) {}

  /** Has to be over before the engine is killed for the first time: nothing of it is tried again. */
  async prepare(): Promise<void> {
    await this.rows.drop();
    await this.rows.createIndex({ at: 1 }, { expireAfterSeconds: 0 });
  }

  async work(going: () => boolean): Promise<void> {
    try {
      while (going() && this.fault === undefined) {
        await this.turn();
        await wait(PAUSE_MS);
      }
    } catch (error) {
      this.fault = `expiring: ${String(error)}`;
    }
  }

  /**
   * Waits until everything that has expired is gone; rows that expire within 2 s may have been made last. Nothing is waited
   * for in an engine that has been found to be wrong.
   */
  async end(isWrong: boolean): Promise<void> {
    const deadline = performance.now() + (isWrong ? 0 : PATIENCE_MS);
    let found = await this.idsForCertain();
    while (found.length > this.lasting.length && performance.now() < deadline) {
      await wait(100);
      found = await this.idsForCertain();
    }
    if (found.sort().join() !== [...this.lasting].sort().join()) {
      this.fault ??= `expiring: ${String(found.length)} rows are there in place of ${String(this.lasting.length)}`;
    }
    await this.line.close();
  }

  private get rows(): Collection<Row> {
    return this.line.client.db('soak').collection<Row>('expiring');
  }

  private async ids(): Promise<string[]> {
    return (await answered(this.rows.find().toArray())).map(({ _id }) => _id);
  }

  /** Asked again where the machine stood still until the answer came too late. */
  private async idsForCertain(): Promise<string[]> {
    try {
      return await this.ids();
    } catch (error) {
      if (!isUnsure(error)) throw error;
      return this.line.findOut(() => this.ids());
    }
  }

  private async turn(): Promise<void> {
    const soon: Row[] = [0, 1].map(() => ({
      _id: this.newId(),
      at: new Date(Date.now() + this.random(2000)),
    }));
    const late: Row[] = [{ _id: this.newId(), at: new Date(Date.now() + HOUR_MS) }, { _id: this.newId() }];
    const added = late.map(({ _id }) => _id);
    const removed = this.lasting.slice(0, Math.max(0, this.lasting.length - MOST_LASTING));
    try {
      await this.line.answered(this.rows.insertMany([...soon, ...late]));
      await this.line.answered(this.rows.deleteMany({ _id: { $in: removed } }));
      this.inserted += soon.length + late.length;
      this.lasting = [...this.lasting.slice(removed.length), ...added];
      this.look(await this.ids(), this.lasting);
    } catch (error) {
      if (!isUnsure(error)) throw error;
      const found = await this.line.findOut(() => this.ids());
      this.look(
        found,
        this.lasting.filter((id) => !removed.includes(id) && !added.includes(id)),
      );
      const there = new Set(found);
      this.lasting = [...new Set([...this.lasting, ...added])].filter((id) => there.has(id));
    }
  }

  private look(found: readonly string[], expected: readonly string[]): void {
    const there = new Set(found);
    const missing = expected.filter((id) => !there.has(id));
    if (missing.length > 0) this.fault = `expiring: ${missing.join(', ')} went too early`;
  }

  private newId(): string {
    return String((this.made += 1));
  }
}
