import type { ClientSession } from 'mongodb';

import { ACCOUNTS, type AccountRecord } from '../event-store/account-record.js';
import { inChunks } from '../event-store/in-chunks.js';
import { COPIED_ACCOUNTS, COPIES, CopyRefused, type Keyed, type Side } from './sides.js';
import { collectionsOf } from './structure.js';

/** Of what a target is a copy. */
interface CopyRecord {
  readonly _id: string;
  /** The household that is copied, null for all. */
  readonly household_id: string | null;
  /** The source's first user, who tells it from all others. */
  readonly first_user_id: string;
  /** The session that the copy is written in. */
  readonly session_id: ClientSession['id'];
}

const RECORD = 'copy';
const AT_ONCE = 500;
const STAND = { projection: { version: 1, head_hash: 1 } };

/** What only ever gets more and newer in a source, and where it is in the target. */
const LASTING = [
  ['users', 'users'],
  ['households', 'households'],
  [ACCOUNTS, ACCOUNTS],
  [ACCOUNTS, COPIED_ACCOUNTS],
] as const;

/**
 * Makes sure that the target is empty, or a copy of this source that nobody else has written to since, and notes that it
 * is one from now on. Says whether an earlier copy is gone on with.
 * @throws CopyRefused
 */
export async function claimTarget(
  source: Side,
  target: Side & { readonly session: ClientSession },
  household_id: string | null,
): Promise<boolean> {
  const { id: session_id } = target.session;
  const first_user_id = await firstUserOf(source);
  const copies = target.db.collection<CopyRecord>(COPIES);
  const record = await copies.findOne({ _id: RECORD });
  if (!record) {
    const filled = await firstFilled(target);
    if (filled !== null) throw new CopyRefused(`the target is not empty, its "${filled}" are there already`);
    await copies.insertOne({ _id: RECORD, household_id, first_user_id, session_id });
    return false;
  }
  if (record.household_id !== household_id || record.first_user_id !== first_user_id) {
    throw new CopyRefused('the target holds a copy of something else; take an empty database');
  }
  await takeOver(target, record.session_id);
  await copies.updateOne({ _id: RECORD }, { $set: { session_id } });
  for (const [from, to] of LASTING) await refuseNewer(source, from, target, to);
  return true;
}

/** A copy that was killed has left its transaction behind, which keeps others from its documents for a minute. */
async function takeOver({ client }: Side, session_id: ClientSession['id']): Promise<void> {
  await client.db('admin').command({ killSessions: [session_id] });
}

async function firstUserOf({ db }: Side): Promise<string> {
  const first = await db.collection<Keyed>('users').findOne({}, { sort: { _id: 1 }, projection: { _id: 1 } });
  if (!first) throw new CopyRefused('the source has no users: there is nothing to copy');
  return first._id;
}

async function firstFilled(target: Side): Promise<string | null> {
  for (const name of await collectionsOf(target)) {
    const found = await target.db.collection(name).findOne({}, { projection: { _id: 1 } });
    if (found !== null) return name;
  }
  return null;
}

type Stand = Keyed & Partial<Pick<AccountRecord, 'version' | 'head_hash'>>;

async function refuseNewer(source: Side, from: string, target: Side, to: string): Promise<void> {
  const copied = target.db.collection<Stand>(to).find({}, STAND);
  for await (const stands of inChunks(copied, AT_ONCE)) {
    const ids = stands.map(({ _id }) => _id);
    const originals = new Map<string, Stand>();
    const found = source.db.collection<Stand>(from).find({ _id: { $in: ids } }, STAND);
    for await (const stand of found) originals.set(stand._id, stand);
    const news = stands.find((stand) => !couldBecome(stand, originals.get(stand._id)));
    if (news) {
      throw new CopyRefused(
        `the target has been written to since it was copied: its ${news._id} is not as the source has it`,
      );
    }
  }
}

/** Whether a copied document may be an earlier state of the one in the source. */
function couldBecome(stand: Stand, original: Stand | undefined): boolean {
  if (!original) return false;
  const [then, now] = [stand.version ?? 0, original.version ?? 0];
  return then < now || (then === now && stand.head_hash === original.head_hash);
}
