import { ReadConcern, type MongoClient } from 'mongodb';
import type { CaseRun } from './call.js';
import { Entities } from './entities.js';
import type { CollectionData, SpecCase, SpecFile } from './format.js';
import { matchExactly } from './matching.js';
import { runOperation } from './operations.js';

/** A case that takes longer has hung. In milliseconds. */
const LONGEST_CASE_MS = 250_000;

/** Runs one case against the engine at `uri`. Rejects with what is not as the case says. */
export async function runCase(
  file: SpecFile,
  test: SpecCase,
  uri: string,
  internal: MongoClient,
): Promise<void> {
  for (const data of file.initialData ?? []) await prepare(internal, data);
  const run: CaseRun = {
    internal,
    entities: new Entities(uri),
    failPoints: new Set(),
    perform: (operation) => runOperation(operation, run),
  };
  try {
    await inTime(operate(file, test, run));
    run.entities.closeLogs();
    for (const expected of test.expectEvents ?? [])
      run.entities.log(expected.client).check(expected, run.entities);
    for (const data of test.outcome ?? []) await checkOutcome(internal, data);
  } finally {
    for (const configureFailPoint of run.failPoints) {
      await internal.db('admin').command({ configureFailPoint, mode: 'off' });
    }
    // The driver ends no session on a server that it takes for lost, and an open transaction would block what follows.
    await internal.db('admin').command({ endSessions: run.entities.sessionIds() });
    await run.entities.close();
  }
}

async function operate(file: SpecFile, test: SpecCase, run: CaseRun): Promise<void> {
  await run.entities.create(file.createEntities ?? []);
  for (const operation of test.operations) await run.perform(operation);
}

async function inTime(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error('the case did not end in time'));
    }, LONGEST_CASE_MS);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function prepare(internal: MongoClient, data: CollectionData): Promise<void> {
  const { databaseName, collectionName, createOptions, documents } = data;
  const db = internal.db(databaseName, { writeConcern: { w: 'majority' } });
  await db.dropCollection(collectionName);
  if (createOptions !== undefined || documents.length === 0) {
    await db.createCollection(collectionName, createOptions);
  }
  if (documents.length > 0) await db.collection(collectionName).insertMany(documents);
}

async function checkOutcome(internal: MongoClient, data: CollectionData): Promise<void> {
  const { databaseName, collectionName, documents } = data;
  const collection = internal
    .db(databaseName, { readConcern: new ReadConcern('local'), readPreference: 'primary' })
    .collection(collectionName);
  const actual = await collection.find({}, { sort: { _id: 1 } }).toArray();
  matchExactly(documents, actual, `the outcome in ${databaseName}.${collectionName}`);
}
