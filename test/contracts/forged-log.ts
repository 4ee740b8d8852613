import type { Db, Document } from 'mongodb';

import { sealEvents } from '../../src/event-store/stored-event.js';

/** A document as it is stored. */
export type Stored = Document & { readonly _id: string };

/** Leaves the log of an account as a forger does: sealed anew, so that its chain of hashes is sound. */
export async function forgeLog(
  db: Db,
  account_id: string,
  change: (log: Stored[]) => Document[],
): Promise<void> {
  const accounts = db.collection<Stored>('accounts');
  const events = db.collection<Stored>('transactions');
  const account = await accounts.findOne({ _id: account_id });
  const log = await events.find({ account_id }).sort({ seq: 1 }).toArray();
  if (!account || log.length === 0) throw new Error('No such account');
  const recorder = { household_id: String(account['household_id']), account_id, actor_id: 'usr_1' };
  let head = { version: 0, head_hash: null as string | null };
  const sealed = change(log).flatMap((event): Stored[] => {
    const recorded_at = (event['recorded_at'] ?? new Date(0)) as Date;
    const [one] = sealEvents(head, { ...recorder, recorded_at }, [event]);
    if (!one) throw new Error('Nothing was sealed');
    head = { version: one.seq, head_hash: one.hash };
    return [{ ...event, ...one }];
  });
  await events.deleteMany({ account_id });
  await events.insertMany(sealed);
  await accounts.updateOne({ _id: account_id }, { $set: head });
}
