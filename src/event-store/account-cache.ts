import { BSON } from 'mongodb';

import type { AccountRecord } from './account-record.js';

interface Kept {
  readonly document: AccountRecord;
  /** The document's size when it was last measured, and what changes may have added since; in bytes of BSON. */
  readonly measured: number;
  readonly added: number;
}

/**
 * The accounts as this process last saw them, the most recently used ones, up to a number of bytes (of BSON; in memory
 * it is two or three times that). Never trusted: another process may have changed an account since, so whoever decides
 * on one must have its version checked.
 */
export class AccountCache {
  private readonly kept = new Map<string, Kept>();
  private total = 0;

  constructor(private readonly limit: number) {}

  get(key: string): AccountRecord | undefined {
    const found = this.kept.get(key);
    if (!found) return undefined;
    this.kept.delete(key);
    this.kept.set(key, found);
    return found.document;
  }

  /** Keeps a document; `change` is what was set in the version that is kept, unless it is to be measured whole. */
  set(key: string, document: AccountRecord, change?: Record<string, unknown>): void {
    const before = this.kept.get(key);
    this.delete(key);
    const entry = weigh(document, before, change);
    if (bytesOf(entry) > this.limit) return;
    this.kept.set(key, entry);
    this.total += bytesOf(entry);
    for (const oldest of this.kept.keys()) {
      if (this.total <= this.limit) return;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const found = this.kept.get(key);
    if (!found) return;
    this.kept.delete(key);
    this.total -= bytesOf(found);
  }

  /** How many accounts are kept. */
  get size(): number {
    return this.kept.size;
  }

  /** What they weigh, in bytes. */
  get bytes(): number {
    return this.total;
  }
}

const bytesOf = ({ measured, added }: Kept): number => measured + added;

/** A large account is not measured anew at each change, only once its changes weigh as much as itself. */
function weigh(document: AccountRecord, before: Kept | undefined, change?: Record<string, unknown>): Kept {
  if (before && change) {
    const added = before.added + BSON.calculateObjectSize(change);
    if (added < before.measured) return { document, measured: before.measured, added };
  }
  return { document, measured: BSON.calculateObjectSize(document), added: 0 };
}
