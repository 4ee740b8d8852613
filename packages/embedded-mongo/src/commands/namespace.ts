import { typeName } from '../bson/compare.js';
import { EngineError } from '../errors.js';
import { Arguments } from './arguments.js';
import type { CommandContext } from './command.js';

/** A collection by its name; it need not exist. */
export interface Namespace {
  readonly db: string;
  readonly collection: string;
  /** `db.collection`. */
  readonly ns: string;
}

const MAX_NAMESPACE_BYTES = 255;
const MAX_DATABASE_BYTES = 63;

/** The collection that a command names as the value of its first field. Throws InvalidNamespace. */
export function namespaceOf(context: CommandContext): Namespace {
  const { name: command } = context.request;
  const name = Arguments.ofCommand(command, context.body).value(command);
  if (typeof name !== 'string') {
    const type = name === undefined ? 'missing' : typeName(name);
    throw new EngineError('InvalidNamespace', `collection name has invalid type ${type}`);
  }
  return checkedNamespace(context.db, name);
}

/** A whole namespace, `db.collection`, as `bulkWrite` gives it. Throws InvalidNamespace. */
export function parseNamespace(ns: string): Namespace {
  const dot = ns.indexOf('.');
  if (dot < 0) throw new EngineError('InvalidNamespace', `Invalid namespace specified '${ns}'`);
  return checkedNamespace(ns.slice(0, dot), ns.slice(dot + 1));
}

/** Throws InvalidNamespace for a name that no database may have. */
export function checkDatabase(db: string): void {
  if (db === '' || /[\0/\\. "$]/.test(db) || Buffer.byteLength(db) > MAX_DATABASE_BYTES) {
    throw new EngineError('InvalidNamespace', `Invalid database name: '${db}'`);
  }
}

/** Throws where clients may not write: the server's own collections. */
export function checkWritable({ db, collection, ns }: Namespace): void {
  if (collection.startsWith('system.')) throw new EngineError('InvalidNamespace', `cannot write to '${ns}'`);
  if (db === 'local' || db === 'config') {
    throw new EngineError(
      'Unauthorized',
      `the database '${db}' belongs to the server: cannot write to '${ns}'`,
    );
  }
}

/** The namespaces last found valid, by database and collection: clients name the same few over and over. */
const valid = new Map<string, Map<string, Namespace>>();
const MOST_KEPT = 1_000;
let kept = 0;

/** The collection `collection` of the database `db`. Throws InvalidNamespace. */
export function checkedNamespace(db: string, collection: string): Namespace {
  const known = valid.get(db)?.get(collection);
  if (known !== undefined) return known;
  const checked = check(db, collection, `${db}.${collection}`);
  keep(checked);
  return checked;
}

function keep(namespace: Namespace): void {
  if (kept === MOST_KEPT) {
    valid.clear();
    kept = 0;
  }
  kept += 1;
  const ofDatabase = valid.get(namespace.db) ?? new Map<string, Namespace>();
  valid.set(namespace.db, ofDatabase.set(namespace.collection, namespace));
}

function check(db: string, collection: string, ns: string): Namespace {
  checkDatabase(db);
  if (
    collection === '' ||
    collection.startsWith('.') ||
    /[\0$]/.test(collection) ||
    Buffer.byteLength(ns) > MAX_NAMESPACE_BYTES
  ) {
    throw new EngineError('InvalidNamespace', `Invalid namespace specified '${ns}'`);
  }
  return { db, collection, ns };
}
