import { setTimeout as pause } from 'node:timers/promises';

import type { Db, Document } from 'mongodb';

/** How long a rebuild took. */
export interface RebuildTimes {
  /** From the first account until the watched account's new rows were in force, in seconds. */
  readonly rows_seconds: number;
  /** From the first account to the end of its process. */
  readonly seconds: number;
}

const POLL_MS = 20;

type Account = Document & { readonly _id: string };

/** Watches a rebuild from outside: when it begins, and when an account has its next generation. */
export class RebuildClock {
  private begun = 0;
  private switched = 0;
  private over = false;
  private watching: Promise<void> = Promise.resolve();

  private constructor(
    private readonly db: Db,
    private readonly account_id: string,
  ) {}

  /** Begins to watch, before the rebuild's process is started. */
  static async start(db: Db, account_id: string): Promise<RebuildClock> {
    const before = await generationOf(db, account_id);
    const clock = new RebuildClock(db, account_id);
    clock.watching = clock.watch(before);
    return clock;
  }

  /** The times, when the process has ended. @throws Error when the account was not rebuilt. */
  async stop(): Promise<RebuildTimes> {
    const ended = performance.now();
    this.over = true;
    await this.watching;
    if (this.switched === 0) throw new Error('The account was not rebuilt');
    return { rows_seconds: (this.switched - this.begun) / 1000, seconds: (ended - this.begun) / 1000 };
  }

  private async watch(before: number): Promise<void> {
    while (!this.over && this.switched === 0) {
      if (this.begun === 0 && (await isUnderWay(this.db))) this.begun = performance.now();
      if ((await generationOf(this.db, this.account_id)) > before) this.switched = performance.now();
      await pause(POLL_MS);
    }
  }
}

/** Resolves when a rebuild, whose process was started, has begun. */
export async function untilBegun(db: Db): Promise<void> {
  while (!(await isUnderWay(db))) await pause(POLL_MS);
}

const isUnderWay = async (db: Db): Promise<boolean> => (await db.collection('rebuilds').findOne({})) !== null;

async function generationOf(db: Db, account_id: string): Promise<number> {
  const account = await db.collection<Account>('accounts').findOne({ _id: account_id });
  return Number(account?.['generation']);
}
