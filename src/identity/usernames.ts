import type { Db } from 'mongodb';

import type { User } from './user.schema.js';

/** How many names are remembered. */
const MOST = 10_000;

/** Tells the user names of users by their ids, for whoever works through the whole database; names never change. */
export function usernamesIn(db: Db): (user_ids: readonly string[]) => Promise<Map<string, string>> {
  const known = new Map<string, string>();
  return async (user_ids) => {
    const missing = user_ids.filter((id) => !known.has(id));
    if (known.size + missing.length > MOST) known.clear();
    if (missing.length > 0) {
      const users = db.collection<User>('users');
      const found = users.find({ _id: { $in: missing } }, { projection: { username: 1 } });
      for await (const { _id, username } of found) known.set(_id, username);
    }
    return known;
  };
}
