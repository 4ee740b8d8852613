import pg from 'pg';

import { DEPOSITS, depositsPath, openLedger, signUp } from '../ledger.js';
import type { Job } from '../load/job.js';
import { LoadGenerator } from '../load/load-generator.js';
import { coresText, measure, middle, type CpuMeters, type Measured } from '../load/measured.js';
import { cpuSeconds } from '../processes.js';
import { compare, type Line, type Report, type Target } from '../report.js';
import { ServiceProcess } from '../service-process.js';
import { findPostgres, Postgres } from '../sql/postgres.js';
import { OPEN_ACCOUNTS, SCHEMA } from '../sql/schema.js';
import { ACCOUNTS, ROUNDS, SECONDS } from '../sizes.js';

/** Connections of the SQL side's pool. More than it needs, so that waiting commits find others to share a flush with. */
const POOL = process.env['BENCH_SQL_POOL'] ?? '32';
const ROUTES = new URL('../sql/routes.js', import.meta.url).href;
const WARM_UP_SECONDS = 2;

/** One side: what to post to, and whose CPU it costs. */
interface Side {
  readonly origin: string;
  readonly token: string;
  readonly paths: readonly string[];
  readonly meters: CpuMeters;
  stop(): Promise<void>;
}

interface Setting {
  readonly what: string;
  readonly connections: number;
  /** How many of the accounts take part. */
  readonly accounts: number;
  readonly rate: Target;
  readonly p50: Target;
  readonly p99: Target;
}

const SETTINGS: readonly Setting[] = [
  {
    what: '16 connections',
    connections: 16,
    accounts: ACCOUNTS,
    rate: { least: 0.6, aim: 1 },
    p50: {},
    p99: {},
  },
  {
    what: '64 connections',
    connections: 64,
    accounts: ACCOUNTS,
    rate: { least: 0.6, aim: 1 },
    p50: {},
    p99: {},
  },
  {
    ...{ what: 'one hot account, 64 connections', connections: 64, accounts: 1 },
    ...{ rate: { least: 1.5, aim: 3 }, p50: {}, p99: { most: 1 } },
  },
  { what: 'one connection', connections: 1, accounts: ACCOUNTS, rate: {}, p50: { most: 2.5 }, p99: {} },
];

/** Postings through HTTP: this ledger against a PostgreSQL function behind the same front, in turn. */
export async function sql(): Promise<Report> {
  const programs = findPostgres();
  if (programs === undefined) {
    return {
      sides: 'Skipped: PostgreSQL is not installed (apt-get install postgresql).',
      lines: [],
      notes: [],
    };
  }
  const postgres = await Postgres.start(programs);
  const load = LoadGenerator.start();
  const sides: Side[] = [];
  try {
    const ours = await ledgerSide();
    sides.push(ours);
    const theirs = await sqlSide(postgres);
    sides.push(theirs);
    return await compareSides(load, ours, theirs, postgres);
  } finally {
    load.stop();
    for (const side of sides) await side.stop();
    await postgres.stop();
  }
}

async function compareSides(
  load: LoadGenerator,
  ours: Side,
  theirs: Side,
  postgres: Postgres,
): Promise<Report> {
  const lines: Line[] = [];
  const notes = [
    `ours: this ledger; theirs: PostgreSQL ${postgres.version} behind the same front, pool of ${POOL}. ${ACCOUNTS} accounts,`,
    `medians of ${ROUNDS} rounds of ${SECONDS} s each, in turn. CPU in cores:`,
  ];
  for (const side of [ours, theirs])
    await load.run({ ...jobOf(side, 64, ACCOUNTS), seconds: WARM_UP_SECONDS });
  for (const { what, connections, accounts, ...targets } of SETTINGS) {
    const rounds: Record<'ours' | 'theirs', Measured[]> = { ours: [], theirs: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      rounds.ours.push(await measure(load, jobOf(ours, connections, accounts), ours.meters));
      rounds.theirs.push(await measure(load, jobOf(theirs, connections, accounts), theirs.meters));
    }
    const [a, b] = [middle(rounds.ours), middle(rounds.theirs)];
    lines.push(
      compare(`${what}: postings/s`, a.rate, b.rate, targets.rate),
      compare(`${what}: p50 ms`, a.p50_ms, b.p50_ms, targets.p50),
      compare(`${what}: p99 ms`, a.p99_ms, b.p99_ms, targets.p99),
      compare(`${what}: CPU µs a posting`, a.cpu_us, b.cpu_us),
    );
    notes.push(`  ${what}: ours ${coresText(a.cores)}; theirs ${coresText(b.cores)}`);
  }
  return { sides: 'Postings through HTTP, against a SQL ledger', lines, notes };
}

function jobOf({ origin, token, paths }: Side, connections: number, accounts: number): Job {
  return {
    ...{ origin, token, connections, seconds: SECONDS, method: 'POST', bodies: DEPOSITS },
    ...{ paths: paths.slice(0, accounts), statuses: [201] },
  };
}

async function ledgerSide(): Promise<Side> {
  const service = await ServiceProcess.start();
  const { token, accounts } = await openLedger(service.origin, ACCOUNTS);
  const { origin } = service;
  return {
    ...{ origin, token, paths: accounts.map(depositsPath) },
    meters: service.meters,
    stop: () => service.stop(),
  };
}

/** The same service, whose engine only knows the user; its accounts are in PostgreSQL. */
async function sqlSide(postgres: Postgres): Promise<Side> {
  const settings = { BENCH_SQL_URI: postgres.uri, BENCH_SQL_POOL: POOL };
  const service = await ServiceProcess.start({ settings, preload: ROUTES });
  const { token, household_id } = await signUp(service.origin);
  const client = new pg.Client({ connectionString: postgres.uri });
  await client.connect();
  await client.query(SCHEMA);
  for (const statement of OPEN_ACCOUNTS) await client.query(statement, [household_id, ACCOUNTS]);
  await client.query('VACUUM ANALYZE');
  await client.end();
  const paths = Array.from(
    { length: ACCOUNTS },
    (_, index) => `/bench/sql${depositsPath(`acc_${index + 1}`)}`,
  );
  return {
    ...{ origin: service.origin, token, paths },
    meters: { service: () => cpuSeconds(service.pid), postgres: () => postgres.cpuSeconds() },
    stop: () => service.stop(),
  };
}
