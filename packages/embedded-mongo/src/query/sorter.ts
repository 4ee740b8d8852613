import type { Doc, Value } from '../bson/types.js';
import { approximateSize, MemoryBudget } from './memory.js';
import { Pace } from './pace.js';
import { compileSortOrder, type SortOrder } from './sort.js';

interface Entry {
  readonly key: Value[];
  readonly doc: Doc;
  readonly bytes: number;
}

/** So many documents are sorted at once; a few milliseconds' work. */
const runLength = 1024;

/** Sorts documents in memory, stably, without holding the event loop. */
export class DocumentSorter {
  private readonly order: SortOrder;
  private readonly budget: MemoryBudget;
  private runs: Entry[][] = [];
  private current: Entry[] = [];
  private readonly runLength: number;

  /**
   * @param sort - the sort specification.
   * @param limit - how many of the first documents are wanted at all; only those are kept.
   * @param maxBytes - what may be held in memory.
   */
  constructor(
    sort: Doc,
    private readonly limit = Infinity,
    maxBytes?: number,
  ) {
    this.order = compileSortOrder(sort);
    this.budget = new MemoryBudget('Sort', maxBytes);
    this.runLength = limit < runLength ? Math.max(2 * limit, 64) : runLength;
  }

  /** @throws EngineError QueryExceededMemoryLimitNoDiskUseAllowed, or BadValue for parallel arrays. */
  add(doc: Doc): void {
    const bytes = approximateSize(doc);
    this.budget.take(bytes);
    this.current.push({ key: this.order.keyOf(doc), doc, bytes });
    if (this.current.length < this.runLength) return;
    this.sortCurrent();
    // With a small limit the run is the whole result so far; otherwise it waits for its merge.
    if (this.limit < runLength) this.current = this.cut(this.current);
    else {
      this.runs.push(this.current);
      this.current = [];
    }
  }

  /** The documents in order, at most `limit`; the sorter is used up. */
  async sorted(): Promise<Doc[]> {
    this.sortCurrent();
    const pace = new Pace();
    let runs = [...this.runs, this.current];
    this.runs = [];
    this.current = [];
    while (runs.length > 1) {
      const merged: Entry[][] = [];
      for (let i = 0; i < runs.length; i += 2) {
        const [left = [], right = []] = [runs[i], runs[i + 1]];
        merged.push(right.length > 0 ? await this.merge(left, right, pace) : left);
      }
      runs = merged;
    }
    return this.cut(runs[0] ?? []).map(({ doc }) => doc);
  }

  private sortCurrent(): void {
    const { compareKeys } = this.order;
    this.current.sort((a, b) => compareKeys(a.key, b.key));
  }

  private cut(entries: Entry[]): Entry[] {
    for (const { bytes } of entries.slice(this.limit)) this.budget.giveBack(bytes);
    return entries.slice(0, this.limit);
  }

  private async merge(left: Entry[], right: Entry[], pace: Pace): Promise<Entry[]> {
    const { compareKeys } = this.order;
    const wanted = Math.min(this.limit, left.length + right.length);
    const merged: Entry[] = [];
    for (let i = 0, j = 0; merged.length < wanted;) {
      const a = left[i];
      const b = right[j];
      if (a && (!b || compareKeys(a.key, b.key) <= 0)) {
        merged.push(a);
        i++;
      } else if (b) {
        merged.push(b);
        j++;
      }
      if (merged.length % 256 === 0) await pace.rest();
    }
    return merged;
  }
}
