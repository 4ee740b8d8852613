import type { Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { MemoryShare, type QueryMemory } from '../query/memory.js';
import { isArray } from '../query/values.js';

/** What a `$group` may hold in memory, in bytes; MongoDB would go to disk beyond it. */
const memoryLimit = 100 * 1024 * 1024;

/** Counts what one operation holds in memory and refuses it beyond the limit. */
export class MemoryBudget {
  private used = 0;
  private readonly share: MemoryShare;

  constructor(
    private readonly operation: string,
    memory: QueryMemory,
  ) {
    this.share = new MemoryShare(memory);
  }

  /** @throws EngineError QueryExceededMemoryLimitNoDiskUseAllowed, or ExceededMemoryLimit where others hold too much */
  take(bytes: number): void {
    this.used += bytes;
    if (this.used <= memoryLimit) {
      this.share.resize(this.used);
      return;
    }
    throw new EngineError(
      'QueryExceededMemoryLimitNoDiskUseAllowed',
      `${this.operation} exceeded memory limit of ${memoryLimit} bytes; this engine does not group on disk.`,
    );
  }

  /** Gives all of it back. */
  release(): void {
    this.share.release();
  }
}

/** A value's size in bytes, roughly that of its BSON. */
export function approximateSize(value: Value | undefined): number {
  if (value === undefined) return 0;
  if (typeof value === 'string') return 5 + value.length;
  if (value instanceof Map) {
    let bytes = 5;
    for (const [name, inner] of value) bytes += 2 + name.length + approximateSize(inner);
    return bytes;
  }
  if (isArray(value)) {
    let bytes = 5;
    for (const inner of value) bytes += 4 + approximateSize(inner);
    return bytes;
  }
  if (typeof value !== 'object' || value === null) return 1;
  if ('position' in value) return 5 + value.position;
  return 16;
}
