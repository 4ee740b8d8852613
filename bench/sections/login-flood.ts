import { DEPOSITS, depositsPath, openLedger, type Ledger } from '../ledger.js';
import { median, type Job, type Outcome } from '../load/job.js';
import { LoadGenerator } from '../load/load-generator.js';
import { compare, type Report } from '../report.js';
import { ServiceProcess } from '../service-process.js';
import { ROUNDS, SECONDS } from '../sizes.js';

const POSTING = 8;
const FLOOD = 32;
const ACCOUNTS = 256;
/** So that log-ins are checked, not refused for their number. */
const NO_LIMIT = '1000000';

/** Posting while many log in, with right passwords and wrong ones, against posting alone. */
export async function loginFlood(): Promise<Report> {
  const settings = { LOGIN_FAILURES_PER_NAME: NO_LIMIT, LOGIN_FAILURES_PER_ADDRESS: NO_LIMIT };
  const service = await ServiceProcess.start({ settings });
  const [load, flood] = [LoadGenerator.start(), LoadGenerator.start()];
  try {
    const ledger = await openLedger(service.origin, ACCOUNTS);
    const posting: Job = {
      ...{
        origin: service.origin,
        token: ledger.token,
        connections: POSTING,
        seconds: SECONDS,
        method: 'POST',
      },
      ...{ paths: ledger.accounts.map(depositsPath), bodies: DEPOSITS, statuses: [201] },
    };
    await load.run(posting);
    const [quiet, flooded, logIns]: Outcome[][] = [[], [], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      quiet?.push(await load.run(posting));
      const [posted, logged] = await Promise.all([
        load.run(posting),
        flood.run(logInJob(service.origin, ledger)),
      ]);
      flooded?.push(posted);
      logIns?.push(logged);
    }
    return reportOf(quiet ?? [], flooded ?? [], logIns ?? []);
  } finally {
    load.stop();
    flood.stop();
    await service.stop();
  }
}

function logInJob(origin: string, { username, password }: Ledger): Job {
  const form = (secret: string) =>
    new URLSearchParams({ grant_type: 'password', username, password: secret }).toString();
  return {
    ...{ origin, connections: FLOOD, seconds: SECONDS, method: 'POST', paths: ['/token'] },
    ...{ bodies: [form(password), form('a wrong password for the bench')] },
    ...{ content_type: 'application/x-www-form-urlencoded', statuses: [200, 401, 429, 503] },
  };
}

function reportOf(
  quiet: readonly Outcome[],
  flooded: readonly Outcome[],
  logIns: readonly Outcome[],
): Report {
  const of = (outcomes: readonly Outcome[], pick: (outcome: Outcome) => number) => median(outcomes.map(pick));
  const statuses = logIns.map(({ by_status }) => JSON.stringify(by_status)).join(', ');
  const rate = ({ answers, seconds }: Outcome): number => answers / seconds;
  return {
    sides: `Posting by ${POSTING} connections (ours: while ${FLOOD} connections log in; theirs: alone)`,
    lines: [
      compare(
        'p99 ms',
        of(flooded, ({ p99_ms }) => p99_ms),
        of(quiet, ({ p99_ms }) => p99_ms),
        { most: 3 },
      ),
      compare(
        'p50 ms',
        of(flooded, ({ p50_ms }) => p50_ms),
        of(quiet, ({ p50_ms }) => p50_ms),
      ),
      compare('postings/s', of(flooded, rate), of(quiet, rate)),
    ],
    notes: [`Log-ins a second: ${of(logIns, rate).toFixed(0)}; their statuses: ${statuses}`],
  };
}
