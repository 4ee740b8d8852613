import type { ClientSession, Collection, MongoClient } from 'mongodb';
import type { Changes, Item, Model, Random } from './model.js';

/** Where an operation runs: over a client, in a transaction or not. */
export interface Place {
  readonly client: MongoClient;
  readonly items: Collection<Item>;
  /** The session as an option, where there is one. */
  readonly within: { readonly session?: ClientSession };
}

/** One operation: what to ask of the engine, what it should answer, and what it should change. */
export interface Operation {
  readonly name: string;
  readonly run: (place: Place) => Promise<unknown>;
  readonly answer: unknown;
  readonly changes: Changes;
  /** Whether it takes effect as a whole or not at all; else each item counts for itself. */
  readonly atomic: boolean;
  /** What an item is in between, where the operation changes it twice and is not atomic. */
  readonly between?: Item;
}

/** What an operation is made of: chances, the client's items, and ids that nobody has. */
export interface Circumstances {
  readonly random: Random;
  readonly model: Model;
  readonly newId: () => string;
}

export const NO_CHANGES: Changes = new Map();

export const itemsOf = (client: MongoClient): Collection<Item> => client.db('soak').collection<Item>('items');
