import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closedLoop, median, type Measured } from './measure.js';
import { bareLmdb, sqlite } from './peers.js';
import { startEngine, startStandIn, type Server } from './processes.js';
import {
  accountId,
  ACCOUNTS,
  BATCH,
  bulkTransaction,
  driverTransaction,
  ledgerOf,
  MongooseLedger,
  prepare,
} from './workloads.js';

const ROUND_MS = Number(process.env['BENCH_ROUND_MS'] ?? 3_000);
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3);

/** One line of the report: what was measured, both sides, their ratio, what it is to reach. */
export interface Line {
  readonly what: string;
  readonly ours: number;
  readonly theirs: number;
  readonly ratio: number;
  readonly aim: string;
}

/** A folder that goes with the bench. */
export async function inFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'engine-bench-'));
  try {
    return await run(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Run = (worker: number, count: number) => Promise<void>;

/** Alternates both sides for some rounds and compares the medians of their rates. */
async function against(what: string, aim: string, inFlight: number, ours: Run, theirs: Run): Promise<Line> {
  const [a, b]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    a.push((await closedLoop(inFlight, ROUND_MS, ours)).rate);
    b.push((await closedLoop(inFlight, ROUND_MS, theirs)).rate);
  }
  return line(what, median(a), median(b), aim);
}

export function line(what: string, ours: number, theirs: number, aim: string): Line {
  return { what, ours, theirs, ratio: ours / theirs, aim };
}

/** Everything that is compared with the stand-in: transactions by mongoose and by the driver, large ones, finds. */
export function againstStandIn(): Promise<Line[]> {
  return inFolder(async (folder) => {
    const engine = await startEngine(join(folder, 'data'), join(folder, 'run', 'e.sock'));
    const standIn = await startStandIn(join(folder, 's.sock'));
    const [client, fakeClient] = [await engine.connect(), await standIn.connect()];
    const [real, fake] = [ledgerOf(client), ledgerOf(fakeClient)];
    await prepare(real);
    const [goose, fakeGoose] = [
      await MongooseLedger.connect(engine.uri),
      await MongooseLedger.connect(standIn.uri),
    ];
    const lines: Line[] = [];
    const cpu = await cpuOfTransactions(engine, standIn, goose, fakeGoose);
    lines.push(
      await against(
        'mongoose transactions, 32 in flight',
        '>= 0.75',
        32,
        one((id) => goose.transaction(id)),
        one((id) => fakeGoose.transaction(id)),
      ),
      cpu,
      await against(
        'driver transactions, 32 in flight',
        '>= 0.6',
        32,
        one((id) => driverTransaction(real, id)),
        one((id) => driverTransaction(fake, id)),
      ),
      await against(
        'driver transactions, 1 in flight',
        'reported',
        1,
        one((id) => driverTransaction(real, id)),
        one((id) => driverTransaction(fake, id)),
      ),
      await against(
        'transactions of 48 writes, 8 in flight',
        '>= 0.6',
        8,
        batch((first) => bulkTransaction(real, first)),
        batch((first) => bulkTransaction(fake, first)),
      ),
      await against(
        'find by _id, lean, 8 in flight',
        '>= 0.75',
        8,
        one((id) => goose.find(id)),
        one((id) => fakeGoose.find(id)),
      ),
    );
    lines.push(await hotDocument(real));
    await Promise.all([goose.close(), fakeGoose.close(), client.close(), fakeClient.close()]);
    await Promise.all([engine.stop(), standIn.stop()]);
    return lines;
  });
}

/** Spreads transactions so that those in flight are on different accounts. */
const one =
  (run: (id: string) => Promise<void>): Run =>
  (_, count) =>
    run(accountId(count));
const batch =
  (run: (first: number) => Promise<void>): Run =>
  (_, count) =>
    run((count * BATCH) % ACCOUNTS);

/** CPU of both servers for the same number of transactions. */
async function cpuOfTransactions(
  engine: Server,
  standIn: Server,
  goose: MongooseLedger,
  fakeGoose: MongooseLedger,
): Promise<Line> {
  const used = async (server: Server, ledger: MongooseLedger): Promise<number> => {
    const before = await server.cpu();
    const { operations }: Measured = await closedLoop(
      32,
      ROUND_MS,
      one((id) => ledger.transaction(id)),
    );
    return ((await server.cpu()) - before) / operations;
  };
  await used(engine, goose);
  await used(standIn, fakeGoose);
  return line(
    'CPU of a mongoose transaction, microseconds',
    await used(engine, goose),
    await used(standIn, fakeGoose),
    '<= 2.75',
  );
}

/** Plain increments by 32 writers on one document, against as many spread out; and 200 transactions on it at once. */
async function hotDocument({ accounts, client }: ReturnType<typeof ledgerOf>): Promise<Line> {
  const increment = (id: string): Promise<unknown> => accounts.updateOne({ _id: id }, { $inc: { hits: 1 } });
  const hot = await against(
    '$inc of one hot document, 32 writers (theirs: spread out)',
    '>= 0.5',
    32,
    async () => void (await increment(accountId(0))),
    async (_, count) => void (await increment(accountId(count))),
  );
  const attempts: number[] = [];
  const times: number[] = [];
  await Promise.all(
    Array.from({ length: 200 }, async () => {
      const start = performance.now();
      let tries = 0;
      await client.withSession((session) =>
        session.withTransaction(async () => {
          tries += 1;
          const found = await accounts.findOne({ _id: accountId(1) }, { session });
          await accounts.updateOne(
            { _id: accountId(1) },
            { $set: { balance: (found?.balance ?? 0) + 1 } },
            { session },
          );
        }),
      );
      attempts.push(tries);
      times.push(performance.now() - start);
    }),
  );
  process.stdout.write(
    `200 transactions at once on one document: all through; at most ${String(Math.max(...attempts))} attempts and ${Math.max(...times).toFixed(0)} ms for one\n`,
  );
  return hot;
}

/** The ledger's transaction against SQLite and against bare lmdb, engine side by the driver. */
export function againstStores(): Promise<Line[]> {
  return inFolder(async (folder) => {
    const engine = await startEngine(join(folder, 'data'), join(folder, 'run', 'e.sock'));
    const client = await engine.connect();
    const ledger = ledgerOf(client);
    await prepare(ledger);
    const [sql, bare] = [sqlite(folder), bareLmdb(folder)];
    const ours = one((id) => driverTransaction(ledger, id));
    const lines = [
      await against('against SQLite, 32 in flight', '>= 0.33', 32, ours, (_, count) =>
        sql.transaction(count),
      ),
      await against('against bare lmdb, 32 in flight', '>= 0.10', 32, ours, (_, count) =>
        bare.transaction(count),
      ),
      await against('against SQLite, 1 in flight', 'reported', 1, ours, (_, count) => sql.transaction(count)),
      await against('against bare lmdb, 1 in flight', 'reported', 1, ours, (_, count) =>
        bare.transaction(count),
      ),
    ];
    await Promise.all([sql.close(), bare.close(), client.close()]);
    await engine.stop();
    return lines;
  });
}
