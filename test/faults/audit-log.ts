import { createHash } from 'node:crypto';

import type { AccountFile, StoredEvent } from './stored-ledger.js';

/** Sequences without gaps, each hash over its own document and the one before, the last one's on the account. */
export function wrongChain({ account, events }: AccountFile): string[] {
  const problems = events.flatMap((event, index) => {
    const seq = index + 1;
    if (event.seq !== seq) return [`seq ${event.seq} where ${seq} belongs`];
    if (event.prev_hash !== (events[index - 1]?.hash ?? null))
      return [`seq ${seq} does not follow the one before`];
    const { hash, ...rest } = event;
    const own = createHash('sha256').update(canonical(rest)).digest('hex');
    return own === hash ? [] : [`seq ${seq} is not what its hash says`];
  });
  if (account.version !== events.length) {
    problems.push(`version ${account.version}, ${events.length} events`);
  }
  if (account.head_hash !== events.at(-1)?.hash) problems.push('the head hash is not that of the last event');
  return problems;
}

/** RFC 8785, written once more so that the service's own is checked, too. */
function canonical(value: unknown): string {
  if (value instanceof Date) return JSON.stringify(value.toISOString());
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`;
}

/** Every transfer has two sides, on two accounts, that were reversed the same number of times. */
export function wrongTransfers(log: readonly StoredEvent[]): string[] {
  const sides = new Map<string, Map<string, number>>();
  for (const { transfer_id, account_id } of log) {
    if (transfer_id === undefined) continue;
    const counts = sides.get(transfer_id) ?? new Map<string, number>();
    sides.set(transfer_id, counts.set(account_id, (counts.get(account_id) ?? 0) + 1));
  }
  return [...sides].flatMap(([transfer_id, counts]) => {
    const [one, other, ...more] = counts.values();
    return one === other && more.length === 0 ? [] : [`transfer ${transfer_id} is there in part`];
  });
}
