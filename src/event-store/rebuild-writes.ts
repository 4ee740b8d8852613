import type { Db, Document, MongoClient } from 'mongodb';

import { tenantScope, type TenantOwned } from '../database/tenant-scope.js';
import { writeDocuments } from './combined-writes.js';
import { PendingDocuments, type DocumentOwner, type PendingDocument } from './pending-documents.js';
import type { RebuildPace } from './rebuild-pace.js';
import type { DocumentChange } from './recording.js';

/** How many changed documents are kept in memory, for further changes of theirs to join them. */
const MOST_KEPT = 2_000;

/**
 * Writes one account's documents of a generation that nobody reads yet, several writes at once. New documents go at
 * once; changes of those that went before, and sums, are gathered, since a month's total changes with every event.
 */
export class RebuildWrites {
  private kept = new PendingDocuments();
  private readonly underWay = new Set<Promise<void>>();
  private failure: { readonly error: unknown } | undefined;

  constructor(
    private readonly client: MongoClient,
    private readonly db: Db,
    private readonly owner: DocumentOwner,
    private readonly pace: RebuildPace,
  ) {}

  /** Takes what events change; returns when there is room for more. @throws the driver's errors, of earlier writes too. */
  async take(changes: readonly DocumentChange[]): Promise<void> {
    const merged = new PendingDocuments();
    merged.take(changes.map((change) => ({ owner: this.owner, change })));
    const all = [...merged.all()];
    await this.write(all.filter(({ edit }) => 'insert' in edit));
    const later = all.filter(({ edit }) => !('insert' in edit));
    this.kept.take(
      later.map(({ owner, collection, _id, edit }) => ({ owner, change: { collection, _id, ...edit } })),
    );
    if (this.kept.size > MOST_KEPT) await this.flush();
  }

  /** Resolves when all that was taken is written. @throws the driver's errors. */
  async flush(): Promise<void> {
    await this.finish();
    const { kept } = this;
    this.kept = new PendingDocuments();
    await this.write([...kept.all()]);
    await this.finish();
  }

  /** Resolves when no write is under way any more, whatever became of them. */
  async settle(): Promise<void> {
    await Promise.all(this.underWay);
  }

  /** Deletes the documents of some of the account's generations in a collection. @throws the driver's errors. */
  async remove(collection: string, generation: Document): Promise<void> {
    const { household_id, account_id } = this.owner;
    const scope = tenantScope<Document & TenantOwned & { _id: string }>(this.db, collection, household_id);
    for (;;) {
      const { documents, lanes } = await this.pace.gait();
      const options = { projection: { _id: 1 }, limit: documents * lanes };
      const found = await scope.find(null, { account_id, generation }, options).toArray();
      if (found.length === 0) return;
      const ids = found.map(({ _id }) => _id);
      const parts = Array.from({ length: lanes }, (_, lane) =>
        ids.slice(lane * documents, (lane + 1) * documents),
      );
      const full = parts.filter((part) => part.length > 0);
      await Promise.all(full.map((part) => this.pace.step(() => scope.deleteByIds(part))));
    }
  }

  private async write(documents: readonly PendingDocument[]): Promise<void> {
    for (let from = 0; from < documents.length;) {
      const gait = await this.pace.gait();
      while (this.underWay.size >= gait.lanes) await Promise.race(this.underWay);
      this.throwFailure();
      const part = documents.slice(from, from + gait.documents);
      from += part.length;
      const step = this.pace
        .step(() => writeDocuments(this.client, this.db, part))
        .catch((error: unknown) => {
          this.failure ??= { error };
        })
        .finally(() => this.underWay.delete(step));
      this.underWay.add(step);
    }
  }

  private async finish(): Promise<void> {
    await this.settle();
    this.throwFailure();
  }

  private throwFailure(): void {
    if (this.failure) throw this.failure.error;
  }
}
