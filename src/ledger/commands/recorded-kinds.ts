import { Injectable } from '@nestjs/common';

import type { RegisterRow } from '../projections/register-row.js';

/** Counts what this process has recorded, for metrics: transactions by their kind, undos and redos by their role. */
@Injectable()
export class RecordedKinds {
  private readonly counts = new Map<string, number>();

  /** How many of each were recorded so far. */
  get recorded(): ReadonlyMap<string, number> {
    return this.counts;
  }

  /** Counts rows that the register got. */
  count(rows: readonly RegisterRow[]): void {
    for (const { kind, role } of rows) {
      const label = role === 'root' ? kind : role;
      this.counts.set(label, (this.counts.get(label) ?? 0) + 1);
    }
  }
}
