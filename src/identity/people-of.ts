import type { Db } from 'mongodb';

import type { Household } from './household.schema.js';
import type { Membership } from './membership.schema.js';
import type { User } from './user.schema.js';

/**
 * Which documents of identity's collections go with a household, by collection: its members and `others` who have to do
 * with it, their log-ins, and the households made at their sign-up, without which they could not log in. Null when there
 * is no such household.
 */
export async function peopleOf(
  db: Db,
  household_id: string,
  others: readonly string[],
): Promise<Map<string, object> | null> {
  const household = await db.collection<Household>('households').findOne({ _id: household_id });
  if (!household) return null;
  const members = await db.collection<Membership>('memberships').distinct('user_id', { household_id });
  const people = { $in: [...new Set([...members, ...others])] };
  const users = db.collection<User>('users');
  const personal = await users.distinct('personal_household_id', { _id: people });
  const ofAll = { household_id: { $in: [...new Set([household_id, ...personal])] } };
  const ofThem = { user_id: people };
  return new Map<string, object>([
    ['households', ofAll],
    ['memberships', { ...ofAll, ...ofThem }],
    ['users', { _id: people }],
    ['sessions', ofThem],
  ]);
}
