import { decodeDoc } from '../bson/codec.js';
import { isNumeric, toDouble } from '../bson/numbers.js';
import { DateTime, type Doc, type Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { scanOf } from '../query/execute/merge.js';
import { TimeSlice } from '../query/execute/slice.js';
import { eachRow } from '../query/execute/execute.js';
import { compileFilter, type Filter } from '../query/match/match.js';
import { planQuery } from '../query/plan/plan.js';
import type { Collection, Index } from '../storage/collection.js';
import { readDocument } from '../storage/reading.js';
import { deleteDocument } from '../storage/records.js';
import type { Store } from '../storage/store.js';

/** So many places are looked up before their documents are removed, each in a change of its own. */
const STEP = 500;

/** Removes, again and again, the documents whose date in an index with `expireAfterSeconds` has passed. */
export class TtlSweep {
  private readonly timer: NodeJS.Timeout;
  private running = false;
  private stopped = false;

  constructor(
    private readonly store: Store,
    everyMs: number,
    private readonly onFault: (error: unknown) => void,
  ) {
    this.timer = setInterval(() => {
      if (this.running) return;
      this.running = true;
      store.inBackground(this.sweep());
    }, everyMs);
    this.timer.unref();
  }

  close(): void {
    this.stopped = true;
    clearInterval(this.timer);
  }

  private async sweep(): Promise<void> {
    try {
      for (const collection of this.store.catalogue.list()) {
        for (const index of collection.indexes) {
          const seconds = index.ready ? expiryOf(index) : undefined;
          if (seconds !== undefined) await this.removeExpired(collection, index, Date.now() - seconds * 1000);
        }
      }
    } catch (error) {
      // What one sweep cannot do (a damaged document, a full disk), the next one tries again.
      if (!(error instanceof EngineError)) throw error;
      if (error.codeName !== 'OutOfDiskSpace') this.onFault(error);
    } finally {
      this.running = false;
    }
  }

  private async removeExpired(collection: Collection, index: Index, before: number): Promise<void> {
    const filter = expiredBefore(index, before);
    for (let removed = 1; removed > 0;) {
      removed = 0;
      for (const idKey of await this.places(collection, index, filter)) {
        if (this.stopped || collection.dropped) return;
        if (await this.remove(collection, filter, idKey)) removed += 1;
      }
    }
  }

  private async places(collection: Collection, index: Index, filter: Filter): Promise<string[]> {
    const places: string[] = [];
    if (this.stopped || collection.dropped || !collection.indexes.includes(index)) return places;
    const plan = planQuery(collection, filter.source, { hint: index.name });
    const scan = scanOf(collection, plan, filter);
    const view = this.store.latest();
    try {
      scan.open(view);
      const slice = new TimeSlice({ checkInterrupt: () => undefined });
      await eachRow(scan, slice, ({ idKey }) => places.push(idKey) >= STEP);
    } finally {
      scan.pause();
      view.release();
    }
    return places;
  }

  private remove(collection: Collection, filter: Filter, idKey: string): Promise<boolean> {
    return this.store.writeOnce((own) => {
      const bytes = collection.dropped ? undefined : readDocument(own, collection, idKey);
      const doc = bytes && decodeDoc(bytes);
      if (doc === undefined || !filter.matches(doc)) return false;
      deleteDocument(own, collection, idKey, doc);
      return true;
    });
  }
}

/** After how many seconds an index lets documents go; `undefined` for one that does not. */
function expiryOf({ spec }: Index): number | undefined {
  const seconds = spec.get('expireAfterSeconds');
  return isNumeric(seconds ?? null) ? toDouble(seconds as Parameters<typeof toDouble>[0]) : undefined;
}

/** What has expired: a date (of an array any one) that is not later than the moment, in milliseconds since 1970. */
function expiredBefore({ key, partialFilter }: Index, moment: number): Filter {
  const [[path]] = key as [readonly [string, 1 | -1]];
  const expired: Doc = new Map([[path, new Map([['$lte', new DateTime(BigInt(Math.floor(moment)))]])]]);
  const filter: Doc =
    partialFilter === undefined ? expired : new Map<string, Value>([['$and', [partialFilter, expired]]]);
  return compileFilter(filter);
}
