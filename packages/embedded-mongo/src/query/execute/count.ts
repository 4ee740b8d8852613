import type { Collection } from '../../storage/collection.js';
import { naturalIndex } from '../../storage/insertion-order.js';
import { scanIndex } from '../../storage/reading.js';
import type { View } from '../../storage/view.js';
import type { Scan } from './scan.js';
import { inStretches, type TimeSlice } from './slice.js';
import { eachRow } from './execute.js';
import { pointRange } from '../plan/bounds.js';
import type { QueryPlan } from '../plan/plan.js';
import { LongPoints } from '../plan/ranges.js';

/** How many rows there are, and what it took to find out. */
export interface Counted {
  readonly count: number;
  readonly keysExamined: number;
  readonly docsExamined: number;
}

/** Whether the entries of a secondary index can be counted in place of documents. */
export function isCovered(plan: QueryPlan): boolean {
  return (
    plan.exact && !plan.repeats && plan.scans.every((scan) => scan.index.id !== 0 && !scan.index.multikey)
  );
}

/** Counts the rows of a plan, up to `most`; from the index alone where that is enough. */
export async function countRows(scan: Scan, view: View, most: number, slice: TimeSlice): Promise<Counted> {
  if (scan.plan.idKey === undefined && isCovered(scan.plan))
    return countEntries(scan.plan, view, most, slice);
  let count = 0;
  scan.open(view);
  if (most > 0) {
    await eachRow(scan, slice, () => {
      count += 1;
      return count >= most;
    });
  }
  scan.pause();
  return { count, keysExamined: scan.keysExamined, docsExamined: scan.docsExamined };
}

async function countEntries(plan: QueryPlan, view: View, most: number, slice: TimeSlice): Promise<Counted> {
  let count = 0;
  for (const { index, ranges } of plan.scans) {
    const places = ranges instanceof LongPoints ? await inStretches(ranges.inOrder(), slice) : ranges;
    for (const place of places) {
      const entries = scanIndex(view, index, typeof place === 'string' ? pointRange(place) : place);
      while (count < most && entries.next().done !== true) {
        count += 1;
        if (slice.isOver()) await slice.rest();
      }
      entries.return();
    }
  }
  return { count, keysExamined: count, docsExamined: 0 };
}

/** Whether every document of the collection is asked for, so that the collection's own count answers. */
export function asksForAll(collection: Collection, plan: QueryPlan): boolean {
  const [scan] = plan.scans;
  return plan.idKey === undefined && plan.exact && scan?.index === naturalIndex(collection) && !scan.bounded;
}
