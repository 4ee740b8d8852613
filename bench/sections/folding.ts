import type { Db, Document } from 'mongodb';

import { servicePart } from '../sql/service-parts.js';

/** How many events are read at most. */
const MOST = 50_000;
const CHUNK = 250;
const GENERATION = 2;

/** Events a second: read in their order by the driver, and folded into rows and totals in memory. */
export interface Folding {
  readonly read: number;
  readonly folded: number;
}

/** Measures both on the log of an account. */
export async function folding(db: Db, account_id: string): Promise<Folding> {
  const { ledgerReadModels } = await servicePart('ledger/projections/ledger-read-models.js');
  const { PendingDocuments } = await servicePart('event-store/pending-documents.js');
  const account = await db.collection<Document & { _id: string }>('accounts').findOne({ _id: account_id });
  const owner = { household_id: String(account?.['household_id']), account_id };
  const log = db.collection('transactions').find(owner, { sort: { seq: 1 }, batchSize: 1000, limit: MOST });
  const [events, reading] = await timed(() => log.toArray());
  const models = ledgerReadModels((ids) => Promise.resolve(new Map(ids.map((id) => [id, id]))));
  const [, fold] = await timed(async () => {
    let state: object | null = null;
    for (let from = 0; from < events.length; from += CHUNK) {
      const { after, projection } = await models.project(state, events.slice(from, from + CHUNK), GENERATION);
      new PendingDocuments().take(projection.changes.map((change) => ({ owner, change })));
      state = after;
    }
  });
  return { read: events.length / reading, folded: events.length / fold };
}

async function timed<Result>(work: () => Promise<Result>): Promise<[Result, seconds: number]> {
  const started = performance.now();
  const result = await work();
  return [result, (performance.now() - started) / 1000];
}
