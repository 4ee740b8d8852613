import { isDeepStrictEqual } from 'node:util';
import { BSON } from 'mongodb';
import { Mismatch } from './matching.js';
import type { Call, CaseRun, Operations } from './call.js';

/** The states of transactions, as the driver calls them. */
const STATES: ReadonlyMap<string, string> = new Map([
  ['none', 'NO_TRANSACTION'],
  ['starting', 'STARTING_TRANSACTION'],
  ['in_progress', 'TRANSACTION_IN_PROGRESS'],
  ['committed', 'TRANSACTION_COMMITTED'],
  ['aborted', 'TRANSACTION_ABORTED'],
]);

/** What cases ask of the runner itself. */
export const RUNNER_OPERATIONS: Operations<CaseRun> = {
  createEntities: async (run, { args }) => {
    await run.entities.create(args.entities);
  },
  failPoint: async (run, { args }) => {
    run.failPoints.add(args.failPoint.configureFailPoint);
    await run.entities.client(args.client).db('admin').command(args.failPoint);
  },
  waitForEvent: async (run, { args }) => {
    await run.entities.log(args.client).waitFor(args.event, args.count, run.entities);
  },
  assertCollectionExists: async (run, call) => {
    check('the collection exists', await hasCollection(run, call), true);
  },
  assertCollectionNotExists: async (run, call) => {
    check('the collection exists', await hasCollection(run, call), false);
  },
  assertIndexExists: async (run, call) => {
    check('the index exists', await hasIndex(run, call), true);
  },
  assertIndexNotExists: async (run, call) => {
    check('the index exists', await hasIndex(run, call), false);
  },
  assertDifferentLsidOnLastTwoCommands: (run, call) => {
    check('the sessions are the same', lastTwoSessionsAreSame(run, call), false);
    return Promise.resolve();
  },
  assertSameLsidOnLastTwoCommands: (run, call) => {
    check('the sessions are the same', lastTwoSessionsAreSame(run, call), true);
    return Promise.resolve();
  },
  assertSessionDirty: (run, { args }) => {
    check('the session is dirty', run.entities.session(args.session).serverSession.isDirty, true);
    return Promise.resolve();
  },
  assertSessionNotDirty: (run, { args }) => {
    check('the session is dirty', run.entities.session(args.session).serverSession.isDirty, false);
    return Promise.resolve();
  },
  assertSessionTransactionState: (run, { args }) => {
    const transaction = Reflect.get(run.entities.session(args.session), 'transaction') as { state: string };
    check('the state of the transaction', transaction.state, STATES.get(args.state));
    return Promise.resolve();
  },
  assertNumberConnectionsCheckedOut: (run, { args }) => {
    check('connections in use', run.entities.log(args.client).checkedOut, args.connections);
    return Promise.resolve();
  },
};

function check(what: string, actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new Mismatch(what, String(expected), actual);
}

async function hasCollection({ internal }: CaseRun, { args }: Call): Promise<boolean> {
  const found = internal
    .db(args.databaseName)
    .listCollections({ name: args.collectionName }, { nameOnly: true });
  return (await found.toArray()).length > 0;
}

async function hasIndex(run: CaseRun, call: Call): Promise<boolean> {
  if (!(await hasCollection(run, call))) return false;
  const { databaseName, collectionName, indexName } = call.args;
  const indexes = await run.internal.db(databaseName).collection(collectionName).listIndexes().toArray();
  return indexes.some(({ name }) => name === indexName);
}

function lastTwoSessionsAreSame(run: CaseRun, { args }: Call): boolean {
  const [first, second] = run.entities
    .log(args.client)
    .startedCommands()
    .slice(-2)
    .map((command) => command['lsid']);
  if (first === undefined || second === undefined) throw new Error('fewer than two commands with a session');
  return isDeepStrictEqual(BSON.serialize({ first }), BSON.serialize({ first: second }));
}
