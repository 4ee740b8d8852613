import { join } from 'node:path';

import { MongoClient, type Db } from 'mongodb';

import { HttpClient } from '../http-client.js';
import { DEPOSITS, depositsPath, openAccount, openLedger, type Ledger } from '../ledger.js';
import { median, type Job, type Outcome } from '../load/job.js';
import { LoadGenerator } from '../load/load-generator.js';
import { rebuildAll } from '../rebuild-process.js';
import { compare, type Report } from '../report.js';
import { ServiceProcess } from '../service-process.js';
import { SECONDS } from '../sizes.js';
import { folding } from './folding.js';
import { fill } from './long-ledger.js';
import { RebuildClock, untilBegun, type RebuildTimes } from './rebuild-clock.js';

/** How many transactions the account has whose read models are rebuilt. */
const EVENTS = Number(process.env['BENCH_TRANSACTIONS'] ?? 100_000);
const POSTING = 4;
const CHUNK = 1000;
const DATABASE = 'envelope_ledger';
const COPY = 'bench_register';
const FOLD_RATE = 50_000;
const ROUNDS_BESIDE = 3;

/** A rebuild of the read models while the service is posted to, against a plain insertMany of the same rows. */
export async function rebuild(): Promise<Report> {
  const service = await ServiceProcess.start();
  const load = LoadGenerator.start();
  try {
    const ledger = await openLedger(service.origin, POSTING);
    const client = new HttpClient(service.origin, 1, ledger.token);
    const long = await openAccount(client, 'Long');
    await fill(client, long, EVENTS, EVENTS);
    client.close();
    const database = await connect(service);
    const plain = await insertRows(database, long);
    const folded = await folding(database, long);
    const job = postingJob(service, ledger);
    await load.run(job);
    const alone = await runRebuild(service, database, long);
    const [quiet, during, beside]: [Outcome[], Outcome[], Rebuilt[]] = [[], [], []];
    for (let round = 0; round < ROUNDS_BESIDE; round += 1) {
      quiet.push(await load.run(job));
      const rebuilding = runRebuild(service, database, long);
      await untilBegun(database);
      during.push(await load.run(job));
      beside.push(await rebuilding);
    }
    await database.client.close();
    const [p50, p99] = [of(({ p50_ms }) => p50_ms), of(({ p99_ms }) => p99_ms)];
    return {
      sides: `A rebuild with an account of ${EVENTS} transactions`,
      lines: [
        compare(
          'register rows/s (theirs: of a plain insertMany of the same)',
          EVENTS / alone.rows_seconds,
          plain,
          { least: 0.5 },
        ),
        compare('events/s folded, rows and totals (theirs: the least)', folded.folded, FOLD_RATE, {
          least: 1,
        }),
        compare('posting p99 ms meanwhile (theirs: quiet)', p99(during), p99(quiet), { most: 3 }),
        compare('posting p50 ms meanwhile (theirs: quiet)', p50(during), p50(quiet)),
      ],
      notes: [
        `Events read from the database: ${folded.read.toFixed(0)} a second. ${textOf('Alone', alone)} ${beside.map((rebuilt) => textOf('Beside postings', rebuilt)).join(' ')}`,
      ],
    };
  } finally {
    load.stop();
    await service.stop();
  }
}

function postingJob(service: ServiceProcess, { token, accounts }: Ledger): Job {
  return {
    ...{ origin: service.origin, token, connections: POSTING, seconds: SECONDS, method: 'POST' },
    ...{ paths: accounts.map(depositsPath), bodies: DEPOSITS, statuses: [201] },
  };
}

const of = (pick: (outcome: Outcome) => number) => (outcomes: readonly Outcome[]) =>
  median(outcomes.map(pick));

interface Rebuilt extends RebuildTimes {
  /** The most private memory that was seen, in MB. */
  readonly peak_mb: number;
}

const textOf = (how: string, { rows_seconds, seconds, peak_mb }: Rebuilt): string =>
  `${how}, it took ${seconds.toFixed(1)} s, ${rows_seconds.toFixed(1)} s of them until the new rows were in force (then the old ones are deleted), and ${peak_mb.toFixed(0)} MB of private memory at most.`;

/** Runs the command on the service's folder. @throws Error when it fails. */
async function runRebuild(service: ServiceProcess, db: Db, account_id: string): Promise<Rebuilt> {
  const clock = await RebuildClock.start(db, account_id);
  const peaks = await rebuildAll(service);
  return { ...(await clock.stop()), peak_mb: peaks.get('rebuild') ?? Number.NaN };
}

/** The service's database. */
async function connect({ folder }: ServiceProcess): Promise<Db> {
  const socket = encodeURIComponent(join(folder, 'run', 'engine.sock'));
  const client = await MongoClient.connect(`mongodb://${socket}/?directConnection=true`);
  return client.db(DATABASE);
}

/** Rows a second of a plain insertMany of an account's rows into a collection with the register's indexes. */
async function insertRows(db: Db, account_id: string): Promise<number> {
  const register = db.collection('register');
  const indexes = (await register.indexes()).filter(({ name }) => name !== '_id_');
  const copy = db.collection(COPY);
  for (const { key, unique, partialFilterExpression } of indexes) {
    const only = partialFilterExpression === undefined ? {} : { partialFilterExpression };
    await copy.createIndex(key, { unique: unique === true, ...only }, {});
  }
  const rows = await register.find({ account_id }).toArray();
  const started = performance.now();
  for (let from = 0; from < rows.length; from += CHUNK) await copy.insertMany(rows.slice(from, from + CHUNK));
  const seconds = (performance.now() - started) / 1000;
  await copy.drop();
  return rows.length / seconds;
}
