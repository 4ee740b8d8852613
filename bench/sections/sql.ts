import pg from 'pg';

import { DEPOSITS, depositsPath, openLedger, signUp } from '../ledger.js';
import type { Job } from '../load/job.js';
import { LoadGenerator } from '../load/load-generator.js';
import { coresText, measure, middle, type CpuMeters, type Measured } from '../load/measured.js';
import { cpuSeconds } from '../processes.js';
import { compareRounds, type Line, type Report, type Target } from '../report.js';
import { ServiceProcess } from '../service-process.js';
import { findPostgres, Postgres } from '../sql/postgres.js';
import { OPEN_ACCOUNTS, SCHEMA } from '../sql/schema.js';
import { ACCOUNTS, ROUNDS, SECONDS } from '../sizes.js';

/** Connections of the SQL side's pool. More than it needs, so that waiting commits find others to share a flush with. */
const POOL = process.env['BENCH_SQL_POOL'] ?? '32';
const ROUTES = new URL('../sql/routes.js', import.meta.url).href;

/**
 * Each side gets a round of each setting that does not count: a process answers its first thousands of requests at half
 * its speed. After that many short rounds, since a shared machine's speed changes within minutes: only what was measured
 * within the same seconds is compared.
 */
const SHORT_ROUNDS = 2 * ROUNDS + 1;
const SHORT_SECONDS = SECONDS / 2;

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
    `medians of ${SHORT_ROUNDS} rounds of ${SHORT_SECONDS} s each, in turn; ratios within rounds. CPU in cores:`,
  ];
  for (const setting of SETTINGS) {
    const run = ({ origin, token, paths, meters }: Side) => {
      const job: Job = {
        ...{ origin, token, connections: setting.connections, seconds: SHORT_SECONDS },
        ...{ method: 'POST', bodies: DEPOSITS, paths: paths.slice(0, setting.accounts), statuses: [201] },
      };
      return measure(load, job, meters);
    };
    for (const side of [ours, theirs]) await run(side);
    const rounds: [Measured[], Measured[]] = [[], []];
    for (let round = 0; round < SHORT_ROUNDS; round += 1) {
      rounds[0].push(await run(ours));
      rounds[1].push(await run(theirs));
    }
    lines.push(...linesOf(setting, ...rounds));
    const [a, b] = [middle(rounds[0]).cores, middle(rounds[1]).cores];
    notes.push(`  ${setting.what}: ours ${coresText(a)}; theirs ${coresText(b)}`);
  }
  return { sides: 'Postings through HTTP, against a SQL ledger', lines, notes };
}

function linesOf(
  { what, rate, p50, p99 }: Setting,
  ours: readonly Measured[],
  theirs: readonly Measured[],
): Line[] {
  const line = (name: string, pick: (round: Measured) => number, target?: Target) =>
    compareRounds(`${what}: ${name}`, ours.map(pick), theirs.map(pick), target);
  return [
    line('postings/s', (round) => round.rate, rate),
    line('p50 ms', (round) => round.p50_ms, p50),
    line('p99 ms', (round) => round.p99_ms, p99),
    line('CPU µs a posting', (round) => round.cpu_us),
  ];
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
