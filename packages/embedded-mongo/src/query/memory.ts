import { EngineError } from '../errors.js';

/** The memory that queries share: for sorted rows, groups, facets and what open cursors keep. */
export class QueryMemory {
  private held = 0;

  /** @param total - in bytes. */
  constructor(private readonly total: number) {}

  /** How many bytes are held now. */
  get used(): number {
    return this.held;
  }

  /** Throws ExceededMemoryLimit where there is no room for so many bytes more. */
  checkRoom(bytes: number): void {
    if (this.held + bytes > this.total) {
      throw new EngineError(
        'ExceededMemoryLimit',
        `all queries and cursors together may hold ${String(this.total)} bytes, which others use now`,
      );
    }
  }

  /** Counts more (or, below 0, fewer) bytes as held, whether or not there is room. */
  add(bytes: number): void {
    this.held += bytes;
  }
}

/** What one part of a query holds of the shared memory. */
export class MemoryShare {
  private bytes = 0;

  constructor(private readonly memory: QueryMemory) {}

  /** Holds so many bytes from now on. Throws ExceededMemoryLimit, with nothing changed, where there is no room. */
  resize(bytes: number): void {
    if (bytes > this.bytes) this.memory.checkRoom(bytes - this.bytes);
    this.count(bytes);
  }

  /** Counts so many bytes from now on, for what is there already and cannot be refused. */
  count(bytes: number): void {
    this.memory.add(bytes - this.bytes);
    this.bytes = bytes;
  }

  /** Gives all of it back. */
  release(): void {
    this.count(0);
  }
}
