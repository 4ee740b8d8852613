import {
  AbstractCursor,
  ChangeStream,
  ClientSession,
  Collection,
  Db,
  GridFSBucket,
  MongoClient,
  ReadPreference,
  type Document,
  type ReadPreferenceMode,
} from 'mongodb';
import { driverOptions } from './driver-options.js';
import { EventLog } from './events.js';
import type { ClientDescription, EntityDescription } from './format.js';
import type { Known } from './matching.js';

/** After a fault the driver asks the server again after this time, in milliseconds, so that cases need not wait. */
const HEARTBEAT_MS = 50;

/** The driver's own switch for its tests: connecting takes no connection, which cases that count them would see. */
const WITHOUT_FIRST_CHECKOUT: object = { __skipPingOnConnect: true };

/** The things of the driver that a case names. */
export class Entities implements Known {
  private readonly byName = new Map<string, unknown>();
  private readonly logs = new Map<string, EventLog>();

  /** @param uri - where the engine is, with the options that every client has. */
  constructor(private readonly uri: string) {}

  async create(descriptions: readonly EntityDescription[]): Promise<void> {
    for (const { client, database, collection, session, bucket } of descriptions) {
      if (client !== undefined) await this.connect(client);
      else if (database !== undefined) {
        const { databaseName, databaseOptions = {} } = database;
        this.add(database.id, this.client(database.client).db(databaseName, driverOptions(databaseOptions)));
      } else if (collection !== undefined) {
        const { collectionName, collectionOptions = {} } = collection;
        const db = this.the(collection.database, Db);
        this.add(collection.id, db.collection(collectionName, driverOptions(collectionOptions)));
      } else if (session !== undefined) {
        const { sessionOptions = {} } = session;
        this.add(session.id, this.client(session.client).startSession(driverOptions(sessionOptions)));
      } else if (bucket !== undefined) {
        this.add(bucket.id, new GridFSBucket(this.the(bucket.database, Db)));
      } else {
        throw new Error('unknown kind of entity');
      }
    }
  }

  add(name: string, entity: unknown): void {
    if (this.byName.has(name)) throw new Error(`there are two entities ${name}`);
    this.byName.set(name, entity);
  }

  entity(name: string): unknown {
    if (!this.byName.has(name)) throw new Error(`there is no entity ${name}`);
    return this.byName.get(name);
  }

  client(name: string): MongoClient {
    return this.the(name, MongoClient);
  }

  session(name: string): ClientSession {
    return this.the(name, ClientSession);
  }

  lsid(name: string): unknown {
    return this.session(name).id;
  }

  /** What the client of that name did. */
  log(name: string): EventLog {
    const log = this.logs.get(name);
    if (log === undefined) throw new Error(`there is no client ${name}`);
    return log;
  }

  /** No client's events are taken in from now on. */
  closeLogs(): void {
    for (const log of this.logs.values()) log.close();
  }

  /** The ids of the sessions. */
  sessionIds(): Document[] {
    const sessions = [...this.byName.values()].filter((entity) => entity instanceof ClientSession);
    return sessions.flatMap(({ id }) => (id === undefined ? [] : [id]));
  }

  /** Ends sessions, cursors and clients. */
  async close(): Promise<void> {
    const all = [...this.byName.values()];
    // What a case broke on purpose may fail again here; nothing depends on it.
    for (const entity of all) {
      if (entity instanceof ClientSession) await entity.endSession().catch(() => undefined);
      if (entity instanceof AbstractCursor || entity instanceof ChangeStream) {
        await entity.close().catch(() => undefined);
      }
    }
    for (const entity of all) if (entity instanceof MongoClient) await entity.close();
  }

  private async connect(description: ClientDescription): Promise<void> {
    const { readPreference, ...uriOptions } = description.uriOptions ?? {};
    const client = new MongoClient(withOptions(this.uri, uriOptions), {
      ...WITHOUT_FIRST_CHECKOUT,
      monitorCommands: true,
      serverSelectionTimeoutMS: 60_000,
      minHeartbeatFrequencyMS: HEARTBEAT_MS,
    });
    this.logs.set(description.id, new EventLog(client, description));
    this.add(description.id, client);
    await client.connect();
    // Only now: connecting waits for a server that satisfies the preference, and one node has no secondary.
    if (readPreference !== undefined) {
      Reflect.set(client.options, 'readPreference', new ReadPreference(readPreference as ReadPreferenceMode));
    }
  }

  private the<T>(name: string, kind: abstract new (...args: never[]) => T): T {
    const entity = this.entity(name);
    if (entity instanceof kind) return entity;
    throw new Error(`${name} is no ${kind.name}`);
  }
}

/** Whether an entity can be watched for changes. */
export function isWatchable(entity: unknown): entity is MongoClient | Db | Collection {
  return entity instanceof MongoClient || entity instanceof Db || entity instanceof Collection;
}

function withOptions(uri: string, options: Document): string {
  const url = new URL(uri);
  for (const [name, value] of Object.entries(options)) url.searchParams.set(name, String(value));
  return url.href;
}
