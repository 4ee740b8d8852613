import type {
  ClientBulkWriteModel,
  ClientSession,
  Collection,
  Db,
  Document,
  Filter,
  FindCursor,
  FindOptions,
  OptionalUnlessRequiredId,
  UpdateFilter,
  WithId,
} from 'mongodb';
import type { Connection } from 'mongoose';

/** A document that belongs to a household. */
export interface TenantOwned {
  household_id: string;
}

/** The transaction that a read belongs to, or null, said openly, for a read outside of one. */
export type MaybeSession = ClientSession | null;

/** Which part of a list is asked for. */
export interface Slice {
  /** How many come before it; 0 where it begins behind an item. */
  readonly skip: number;
  /** How many to read at most. */
  readonly limit: number;
  readonly sort: Readonly<Record<string, 1 | -1>>;
  /** What leaves out what came before: ranges of an index on the sort fields, which follow each other in the list. */
  readonly ranges: readonly Readonly<Record<string, unknown>>[];
}

/**
 * The documents of one household in one collection, and the only way to reach them: every filter gets the household's
 * id, every document that is written must carry it.
 */
export class TenantScope<T extends TenantOwned & Document> {
  constructor(
    private readonly collection: Collection<T>,
    private readonly household_id: string,
  ) {
    if (typeof household_id !== 'string' || household_id === '') {
      throw new TypeError(`A query on "${collection.collectionName}" names no household`);
    }
  }

  /** The first document that matches, lean, or null. */
  findOne(
    session: MaybeSession,
    filter: Filter<T>,
    options: Omit<FindOptions, 'session'> = {},
  ): Promise<WithId<T> | null> {
    return this.collection.findOne(this.scoped(filter), { ...options, ...within(session) });
  }

  /** The documents that match, lean. */
  find(
    session: MaybeSession,
    filter: Filter<T>,
    options: Omit<FindOptions, 'session'> = {},
  ): FindCursor<WithId<T>> {
    return this.collection.find(this.scoped(filter), { ...options, ...within(session) });
  }

  /**
   * A part of the documents that match, lean. It is read range by range: in one go, what is equal in the first sort field
   * would be walked from its start.
   */
  async part(
    session: MaybeSession,
    filter: Filter<T>,
    { skip, limit, sort, ranges }: Slice,
  ): Promise<WithId<T>[]> {
    const found: WithId<T>[] = [];
    for (const range of ranges) {
      const left = limit - found.length;
      if (left === 0) break;
      const part = { $and: [filter, range] } as Filter<T>;
      found.push(...(await this.find(session, part, { sort, skip, limit: left }).toArray()));
    }
    return found;
  }

  /** How many documents match; counting ends at `limit`, where there is one. */
  count(session: MaybeSession, filter: Filter<T>, limit?: number): Promise<number> {
    return this.collection.countDocuments(this.scoped(filter), {
      ...within(session),
      ...(limit !== undefined && { limit }),
    });
  }

  /** Inserts a document of this household. */
  async insertOne(session: MaybeSession, document: OptionalUnlessRequiredId<T>): Promise<void> {
    if (document.household_id !== this.household_id) throw this.foreign();
    await this.collection.insertOne(document, within(session));
  }

  /** Updates the first document that matches. */
  async updateOne(session: MaybeSession, filter: Filter<T>, update: UpdateFilter<T>): Promise<void> {
    await this.collection.updateOne(this.scoped(filter), update, within(session));
  }

  /** Deletes the documents with these ids. */
  async deleteByIds(ids: readonly string[]): Promise<void> {
    await this.collection.deleteMany(this.scoped({ _id: { $in: ids } } as unknown as Filter<T>));
  }

  /** A model for the client's `bulkWrite` that inserts a document of this household. */
  insertModel(document: OptionalUnlessRequiredId<T>): ClientBulkWriteModel<Document> {
    if (document.household_id !== this.household_id) throw this.foreign();
    return { name: 'insertOne', namespace: this.collection.namespace, document };
  }

  /**
   * A model for the client's `bulkWrite` that updates the first document that matches; with `upsert`, one that has the
   * filter's fields is made where none does.
   */
  updateModel(
    filter: Filter<T>,
    update: UpdateFilter<T>,
    { upsert = false } = {},
  ): ClientBulkWriteModel<Document> {
    return {
      name: 'updateOne',
      namespace: this.collection.namespace,
      filter: this.scoped(filter),
      update: update as UpdateFilter<Document>,
      ...(upsert && { upsert }),
    };
  }

  /** A model for the client's `bulkWrite` that replaces the first document that matches. */
  replaceModel(filter: Filter<T>, replacement: T): ClientBulkWriteModel<Document> {
    if (replacement.household_id !== this.household_id) throw this.foreign();
    return {
      name: 'replaceOne',
      namespace: this.collection.namespace,
      filter: this.scoped(filter),
      replacement,
    };
  }

  private scoped(filter: Filter<T>): Filter<T> {
    if (Object.hasOwn(filter, 'household_id') && filter.household_id !== this.household_id)
      throw this.foreign();
    return { household_id: this.household_id, ...filter };
  }

  private foreign(): TypeError {
    return new TypeError(
      `"${this.collection.collectionName}" was asked for another household than the scope's`,
    );
  }
}

const within = (session: MaybeSession) => (session ? { session } : {});

/**
 * The documents of all households in a collection, for what an operator asks of the whole database; nothing that
 * answers a request comes here.
 */
export function everyTenant<T extends TenantOwned & Document>(db: Db, collection: string): Collection<T> {
  return db.collection<T>(collection);
}

/** The documents of a household in a collection: `tenantScope<AccountDocument>(db, 'accounts', context.household_id)`. */
export function tenantScope<T extends TenantOwned & Document>(
  db: Db,
  collection: string,
  household_id: string,
): TenantScope<T> {
  return new TenantScope<T>(db.collection<T>(collection), household_id);
}

/** A document by its id, and the household that it must belong to. */
export interface OwnedKey {
  readonly household_id: string;
  readonly _id: string;
}

/**
 * The documents with these ids, of several households in one query, lean: each one only when it belongs to the
 * household that is named beside its id.
 */
export async function findOwned<T extends TenantOwned & { readonly _id: string }>(
  db: Db,
  collection: string,
  session: MaybeSession,
  keys: readonly OwnedKey[],
  options: Omit<FindOptions, 'session'> = {},
): Promise<T[]> {
  const owners = new Map<string, Set<string>>();
  for (const { household_id, _id } of keys) {
    if (typeof household_id !== 'string' || household_id === '') {
      throw new TypeError(`A query on "${collection}" names no household`);
    }
    owners.set(_id, (owners.get(_id) ?? new Set()).add(household_id));
  }
  const households = [...new Set(keys.map(({ household_id }) => household_id))];
  const filter = { _id: { $in: [...owners.keys()] }, household_id: { $in: households } };
  const found = await db
    .collection<TenantOwned & { _id: string }>(collection)
    .find(filter, { ...options, ...within(session) })
    .toArray();
  return found.filter(({ _id, household_id }) => owners.get(_id)?.has(household_id)) as unknown as T[];
}

/** The service's database for plain driver calls, which come without mongoose's buffering and hydration. */
export function driverDb(connection: Connection): Db {
  return connection.getClient().db(connection.name);
}
