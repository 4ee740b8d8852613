import { isDeepStrictEqual } from 'node:util';

import { ACCOUNTS, type AccountRecord } from '../event-store/account-record.js';
import { inChunks } from '../event-store/in-chunks.js';
import { accountsIn, ownedBy, type Side } from './sides.js';

const AT_ONCE = 20;

/**
 * The accounts of a household, or of all (null), that the target does not have as the source has them, each with the
 * reason. An account's head hash stands for its whole log.
 */
export async function differencesBetween(
  source: Side,
  target: Side,
  household_id: string | null,
): Promise<string[]> {
  const found: string[] = [];
  const accounts = accountsIn(source, ACCOUNTS).find(ownedBy(household_id)).sort({ _id: 1 });
  for await (const originals of inChunks(accounts, AT_ONCE)) {
    const ids = originals.map(({ _id }) => _id);
    const copies = new Map<string, AccountRecord>();
    const stored = accountsIn(target, ACCOUNTS).find({ _id: { $in: ids } });
    for await (const account of stored) copies.set(account._id, account);
    for (const original of originals) {
      const difference = differenceOf(original, copies.get(original._id));
      if (difference !== null) found.push(`${original._id}: ${difference}`);
    }
  }
  return found;
}

function differenceOf(original: AccountRecord, copy: AccountRecord | undefined): string | null {
  if (!copy) return 'it is missing';
  if (copy.version !== original.version) {
    return `it is at event ${copy.version} of the ${original.version} that the source has by now`;
  }
  return isDeepStrictEqual(toldBy(copy), toldBy(original)) ? null : 'it differs from what its log says';
}

/**
 * An account without what may differ between sides that are alike: which generation is in force, and since when the newest
 * run of days is known, which only saves reading.
 */
function toldBy(account: AccountRecord): object {
  return { ...account, generation: null, run: null, run_version: null };
}
