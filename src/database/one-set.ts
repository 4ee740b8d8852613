import { MongoClient, MongoServerSelectionError, type Document } from 'mongodb';

/** How long a member may take to answer; one that is down does not keep the others from starting. */
const ANSWER_MS = 2_000;

/** Options of a connection string that are about the whole set, or about somebody who logs in. */
const NOT_OF_A_MEMBER = new Set([
  ...['replicaset', 'directconnection', 'serverselectiontimeoutms'],
  ...['authsource', 'authmechanism', 'authmechanismproperties'],
]);

/**
 * The addresses of a connection string that lead to servers outside of the replica set whose member has answered with
 * `hello`. A driver takes the first primary that it finds and forgets about all others, whatever they are.
 */
export async function strangersTo(hello: Document, uri: string): Promise<string[]> {
  const hosts = hostsOf(uri);
  if (hosts.length < 2) return [];
  const found = await Promise.all(hosts.map(async (host) => ({ host, own: await helloOf(uri, host) })));
  return found.filter(({ own }) => own !== null && !sameSet(hello, own)).map(({ host }) => host);
}

function sameSet(one: Document, other: Document): boolean {
  const members = new Set(membersIn(one));
  return one.setName === other.setName && membersIn(other).some((host) => members.has(host));
}

const membersIn = ({ hosts }: Document): readonly string[] =>
  Array.isArray(hosts) ? hosts.filter((host) => typeof host === 'string') : [];

/** The hosts in a connection string with a list of them; none where the name server has the list. */
function hostsOf(uri: string): string[] {
  const [, hosts = ''] = /^mongodb:\/\/(?:[^@/]*@)?([^/?]+)/.exec(uri) ?? [];
  return hosts.split(',').filter((host) => host !== '');
}

/** What a server says of itself, to whoever asks; null when it does not answer. */
async function helloOf(uri: string, host: string): Promise<Document | null> {
  const [, query = ''] = /\?(.*)$/.exec(uri) ?? [];
  const options = [...new URLSearchParams(query)].filter(
    ([name]) => !NOT_OF_A_MEMBER.has(name.toLowerCase()),
  );
  const client = new MongoClient(`mongodb://${host}/?${new URLSearchParams(options).toString()}`, {
    directConnection: true,
    serverSelectionTimeoutMS: ANSWER_MS,
  });
  try {
    return await client.db('admin').command({ hello: 1 });
  } catch (error) {
    if (error instanceof MongoServerSelectionError) return null;
    throw error;
  } finally {
    await client.close();
  }
}
