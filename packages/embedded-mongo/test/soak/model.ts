import type { Filter, UpdateFilter } from 'mongodb';

/** What the clients of a soak keep. Each works on its own, in one collection that all share. */
export interface Item {
  _id: string;
  /** The client's number; -1 less that for the receipts of its transfers. */
  owner: number;
  kind: number;
  n: number;
  tags: number[];
  text?: string;
}

export type Random = (below: number) => number;

/** What an operation does to the items with these ids; `undefined`: it removes the item. */
export type Changes = ReadonlyMap<string, Item | undefined>;

/** What one client's items are, as far as it has been told. */
export class Model {
  private readonly items: Map<string, Item>;

  constructor(
    readonly owner: number,
    items: Iterable<Item> = [],
  ) {
    this.items = new Map([...items].map((item) => [item._id, item]));
  }

  /** The client's items in order of n, then _id. */
  all(): Item[] {
    return this.inOrder(this.owner);
  }

  receipts(): Item[] {
    return this.inOrder(receiptsOf(this.owner));
  }

  /** Items and receipts, in no order. */
  everything(): Item[] {
    return [...this.items.values()];
  }

  matching({ test }: Condition): Item[] {
    return this.all().filter(test);
  }

  get(id: string): Item | undefined {
    return this.items.get(id);
  }

  apply(changes: Changes): void {
    for (const [id, item] of changes) {
      if (item === undefined) this.items.delete(id);
      else this.items.set(id, item);
    }
  }

  fork(): Model {
    return new Model(this.owner, this.items.values());
  }

  private inOrder(owner: number): Item[] {
    const own = this.everything().filter((item) => item.owner === owner);
    return own.sort((one, other) => one.n - other.n || (one._id < other._id ? -1 : 1));
  }
}

/** The owner of the receipts of a client's transfers. */
export function receiptsOf(owner: number): number {
  return -1 - owner;
}

/** Which of a client's items are meant, for the engine and for the model. */
export interface Condition {
  readonly filter: Filter<Item>;
  readonly test: (item: Item) => boolean;
}

export const KINDS = 5;
const MOST = 40;

export function anyCondition(random: Random, owner: number): Condition {
  const kind = random(KINDS);
  const low = random(MOST);
  const high = low + 1 + random(10);
  const tag = random(8);
  const among = [kind, random(KINDS)];
  const conditions: Condition[] = [
    { filter: { kind }, test: (item) => item.kind === kind },
    { filter: { n: { $gte: low, $lt: high } }, test: ({ n }) => n >= low && n < high },
    { filter: { tags: tag }, test: ({ tags }) => tags.includes(tag) },
    {
      filter: { kind: { $in: among }, n: { $gt: low } },
      test: (item) => among.includes(item.kind) && item.n > low,
    },
    {
      filter: { $or: [{ kind, n: { $lt: high } }, { tags: tag }] },
      test: (item) => (item.kind === kind && item.n < high) || item.tags.includes(tag),
    },
    {
      filter: { kind, text: { $exists: true } },
      test: (item) => item.kind === kind && item.text !== undefined,
    },
  ];
  const { filter, test } = pick(random, conditions);
  return { filter: { owner, ...filter }, test };
}

/** One update, for the engine and for the model, which gets a copy to change. */
export interface Change {
  readonly update: UpdateFilter<Item> | UpdateFilter<Item>[];
  readonly apply: (item: Item) => void;
}

export function anyChange(random: Random): Change {
  const [by, kind, tag] = [random(7) - 3, random(KINDS), random(8)];
  const text = anyText(random);
  const changes: Change[] = [
    { update: { $inc: { n: by } }, apply: (item) => (item.n += by) },
    { update: [{ $set: { n: { $add: ['$n', by] } } }], apply: (item) => (item.n += by) },
    { update: { $set: { kind, text } }, apply: (item) => Object.assign(item, { kind, text }) },
    { update: { $unset: { text: '' } }, apply: (item) => delete item.text },
    { update: { $max: { n: by } }, apply: (item) => (item.n = Math.max(item.n, by)) },
    {
      update: { $push: { tags: { $each: [tag], $slice: -5 } } },
      apply: (item) => (item.tags = [...item.tags, tag].slice(-5)),
    },
    {
      update: { $pull: { tags: tag } },
      apply: (item) => (item.tags = item.tags.filter((one) => one !== tag)),
    },
    {
      update: { $addToSet: { tags: tag } },
      apply: (item) => (item.tags = item.tags.includes(tag) ? item.tags : [...item.tags, tag]),
    },
  ];
  return pick(random, changes);
}

/** What an item becomes. */
export function changed(item: Item, { apply }: Change): Item {
  const copy = { ...item, tags: [...item.tags] };
  apply(copy);
  return copy;
}

export function anyItem(random: Random, owner: number, _id: string): Item {
  const item = { _id, owner, kind: random(KINDS), n: random(MOST), tags: [random(8), random(8)] };
  return random(2) === 0 ? item : { ...item, text: anyText(random) };
}

/** Mostly short; now and then longer than a page of the file. */
function anyText(random: Random): string {
  return 'text '.repeat(random(12) === 0 ? 1 + random(4000) : 1 + random(60));
}

export function pick<T>(random: Random, choices: readonly T[]): T {
  return choices[random(choices.length)] as T;
}
