import { MongoClient, ReadPreference, type Document } from 'mongodb';
import { connectionOptions } from './connection-options.js';
import { strangersTo } from './one-set.js';
import { DatabaseRefused } from './refused.js';

const OLDEST = 8;
const PATIENCE_MS = 5_000;

/**
 * Looks whether an external MongoDB can carry the ledger, and describes it in a few words without its password. `setting`
 * is what its connection string comes from.
 * @throws DatabaseRefused saying what it lacks: reachable, 8.0 or newer, transactions, one set behind all its addresses,
 * reads from the primary
 */
export async function checkExternal(uri: string, setting = 'DB_CONNECTION_STRING'): Promise<string> {
  try {
    return await lookAt(uri);
  } catch (error) {
    throw error instanceof Unfit ? new DatabaseRefused(`${setting} ${error.message}`) : error;
  }
}

/** Why a database cannot carry the ledger, as what is said of the setting that names it. */
class Unfit extends Error {}

async function lookAt(uri: string): Promise<string> {
  const client = openClient(uri);
  if (client.options.readPreference.mode !== ReadPreference.PRIMARY) {
    throw new Unfit('must read from the primary: take readPreference out of it');
  }
  try {
    const admin = client.db('admin');
    const hello = await admin.command({ hello: 1 });
    const { version } = await admin.command({ buildInfo: 1 });
    const description = describe(client, hello, String(version));
    await refuseStrangers(hello, uri);
    return description;
  } catch (error) {
    if (error instanceof Unfit) throw error;
    throw new Unfit(`leads to no database that answers: ${messageOf(error)}`);
  } finally {
    await client.close();
  }
}

function openClient(uri: string): MongoClient {
  try {
    const { serverSelectionTimeoutMS } = connectionOptions(uri);
    return new MongoClient(uri, {
      ...(serverSelectionTimeoutMS !== undefined && { serverSelectionTimeoutMS: PATIENCE_MS }),
    });
  } catch (error) {
    throw new Unfit(`is not a connection string: ${messageOf(error)}`);
  }
}

function describe(client: MongoClient, hello: Document, version: string): string {
  const major = Number.parseInt(version, 10);
  if (!(major >= OLDEST)) {
    throw new Unfit(`leads to MongoDB ${version}; ${OLDEST}.0 or newer is needed`);
  }
  const hosts = client.options.hosts.map(String).join(', ') || String(client.options.srvHost);
  if (typeof hello.setName === 'string')
    return `MongoDB ${version}, replica set ${hello.setName} at ${hosts}`;
  if (hello.msg === 'isdbgrid') return `MongoDB ${version}, sharded cluster at ${hosts}`;
  throw new Unfit(
    'leads to a standalone MongoDB server, which has no transactions; start it as a replica set (one member is enough)',
  );
}

async function refuseStrangers(hello: Document, uri: string): Promise<void> {
  if (typeof hello.setName !== 'string') return;
  const strangers = await strangersTo(hello, uri);
  if (strangers.length === 0) return;
  throw new Unfit(
    `is no replica set: ${strangers.join(' and ')} ${strangers.length === 1 ? 'is' : 'are'} not of the set ` +
      `"${hello.setName}" that ${String(hello.me)} belongs to; name the members of one set, or one address alone`,
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\s+/g, ' ') : String(error);
}
