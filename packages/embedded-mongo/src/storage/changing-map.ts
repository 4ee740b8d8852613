/** So many keys are set before it is made anew, however few there are. */
const LEAST = 64;

/**
 * A map whose entries come and go all the time. V8 lets the table that a `Map` has outgrown lead on to the next one, with
 * all that it held: once such a table is among the old objects, every later one outlives the quick collections, and the
 * entries with it. So this makes its `Map` anew now and then, which none of the earlier ones knows.
 */
export class ChangingMap<K, V> {
  private map = new Map<K, V>();
  private room = LEAST;

  get size(): number {
    return this.map.size;
  }

  get(key: K): V | undefined {
    return this.map.get(key);
  }

  /** Not to be called while it is gone through. */
  set(key: K, value: V): void {
    if (this.room === 0) this.renew();
    this.room -= 1;
    this.map.set(key, value);
  }

  delete(key: K): boolean {
    return this.map.delete(key);
  }

  values(): IterableIterator<V> {
    return this.map.values();
  }

  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.map[Symbol.iterator]();
  }

  private renew(): void {
    this.map = new Map(this.map);
    this.room = Math.max(LEAST, this.map.size);
  }
}

/** The same for a set. */
export class ChangingSet<T> {
  private readonly members = new ChangingMap<T, T>();

  get size(): number {
    return this.members.size;
  }

  /** Not to be called while it is gone through. */
  add(member: T): void {
    this.members.set(member, member);
  }

  delete(member: T): boolean {
    return this.members.delete(member);
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.members.values();
  }
}
