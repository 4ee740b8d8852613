/**
 * Runs the tests that touch the database on a real MongoDB 8 replica set: the one of DB_CONNECTION_STRING, else one that
 * mongodb-memory-server starts. Exit code 2 when no mongod can be had, jest's own otherwise.
 */
import { spawn } from 'node:child_process';
import { MongoMemoryReplSet } from 'mongodb-memory-server';

const NO_MONGOD = 2;
// What starts and stops the embedded engine (test/acceptance/start-*) stays out.
const suites = ['test/contracts', 'test/acceptance/(http|identity|ledger)'];

/** A replica set to test on: its connection string, and what ends it. */
async function replicaSet() {
  const given = process.env.DB_CONNECTION_STRING;
  if (given) return { uri: given, stop: async () => {} };
  // The library prints a failure at length, and twice; it is said in one line below.
  const { warn } = console;
  console.warn = () => {};
  const server = await MongoMemoryReplSet.create({
    binary: { version: '8.0.4' },
    replSet: { count: 1, storageEngine: 'wiredTiger' },
  }).finally(() => {
    console.warn = warn;
  });
  return { uri: server.getUri(), stop: () => server.stop() };
}

function jest(uri) {
  const env = { ...process.env, NODE_OPTIONS: '--experimental-vm-modules', DB_CONNECTION_STRING: uri };
  const args = [
    'node_modules/jest/bin/jest.js',
    ...suites,
    ...process.argv.slice(2),
    '--selectProjects',
    'service',
  ];
  const child = spawn(process.execPath, args, { env, stdio: 'inherit' });
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

const set = await replicaSet().catch((error) => {
  const reason = String(error.message)
    .split('\n')[0]
    .replace(/, Details:$/, '');
  console.error(
    `test:mongod: no mongod can be had (${reason}). Set DB_CONNECTION_STRING to a MongoDB 8 replica set.`,
  );
  process.exit(NO_MONGOD);
});
console.log('test:mongod: testing on a real MongoDB replica set');
const code = await jest(set.uri);
await set.stop();
process.exit(code);
