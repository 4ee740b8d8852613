import type { Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { isArray } from '../query/values.js';

/** What a `$group` may hold in memory, in bytes; MongoDB would go to disk beyond it. */
const memoryLimit = 100 * 1024 * 1024;

/** Counts what one operation holds in memory and refuses it beyond the limit. */
export class MemoryBudget {
  private used = 0;

  constructor(private readonly operation: string) {}

  /** @throws EngineError QueryExceededMemoryLimitNoDiskUseAllowed */
  take(bytes: number): void {
    this.used += bytes;
    if (this.used <= memoryLimit) return;
    throw new EngineError(
      'QueryExceededMemoryLimitNoDiskUseAllowed',
      `${this.operation} exceeded memory limit of ${memoryLimit} bytes; this engine does not group on disk.`,
    );
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
