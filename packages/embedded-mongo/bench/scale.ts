import { join } from 'node:path';
import type { Collection } from 'mongodb';
import { closedLoop, median } from './measure.js';
import { startEngine, type Server } from './processes.js';
import { inFolder, line, type Line } from './compare.js';
import { entry, ledgerOf, prepare, driverTransaction, accountId } from './workloads.js';

const FEW = 1_000;
const MANY = Number(process.env['BENCH_DOCUMENTS'] ?? 1_000_000);
const ACCOUNT_SIZE = 1_000;
/** How many MB of memory so many more documents may take. */
const MOST_GROWTH = 64;
const PAGE_MS = 2_000;
const WINDOW_MS = 2_000;
const QUIET_WINDOWS = 5;

/** What grows, or must not, between a thousand and a million documents. */
export function atScale(): Promise<Line[]> {
  return inFolder(async (folder) => {
    const [dbPath, socket] = [join(folder, 'data'), join(folder, 'run', 'e.sock')];
    let engine = await startEngine(dbPath, socket);
    let client = await engine.connect();
    let rows = client.db('scale').collection('rows');
    await rows.createIndex({ household_id: 1, account_id: 1, seq: -1 });
    await fill(rows, 0, FEW);
    // The engine and the client have compiled what they run before the first figure counts.
    await page(rows, FEW);
    const pageFew = await page(rows, FEW);
    const memoryFew = engine.privateMemory();
    await fill(rows, FEW, MANY);
    const pageMany = await page(rows, MANY);
    const lines = [
      line('page of 20 by compound index, p50 ms (theirs: 1,000 documents)', pageMany, pageFew, '<= 1.2'),
      line(
        'growth of private memory from 1,000 documents on, MB (theirs: the limit)',
        engine.privateMemory() - memoryFew,
        MOST_GROWTH,
        '<= 1',
      ),
      ...(await transactionsDuringBuild(engine, rows)),
    ];
    await client.close();
    await engine.stop();
    const began = performance.now();
    engine = await startEngine(dbPath, socket);
    client = await engine.connect();
    rows = client.db('scale').collection('rows');
    await rows.findOne({ _id: 'tx_1' as never });
    lines.push(line('start to first answer, ms (theirs: the limit)', performance.now() - began, 500, '<= 1'));
    await client.close();
    await engine.stop();
    return lines;
  });
}

async function fill(rows: Collection, from: number, to: number): Promise<void> {
  for (let start = from; start < to; start += 1_000) {
    const documents = Array.from({ length: Math.min(1_000, to - start) }, (_, offset) => {
      const number = start + offset;
      return entry(
        accountId(Math.floor(number / ACCOUNT_SIZE)),
        number % ACCOUNT_SIZE,
        `tx_${String(number)}`,
      );
    });
    await rows.insertMany(documents as never, { ordered: false });
  }
}

/** The median time of a page of 20 somewhere in an account. */
async function page(rows: Collection, documents: number): Promise<number> {
  const accounts = documents / ACCOUNT_SIZE;
  const { p50 } = await closedLoop(1, { ms: PAGE_MS }, async (_, count) => {
    const filter = { household_id: 'hh_1', account_id: accountId(count % accounts), seq: { $lt: 500 } };
    await rows.find(filter).sort({ seq: -1 }).limit(20).toArray();
  });
  return p50;
}

/** p99 of small transactions while an index is built on all documents, against their quiet p99, in windows of some time. */
async function transactionsDuringBuild(engine: Server, rows: Collection): Promise<Line[]> {
  const client = await engine.connect();
  const ledger = ledgerOf(client);
  await prepare(ledger);
  const run = (_: number, count: number): Promise<void> => driverTransaction(ledger, accountId(count));
  const p99 = async (): Promise<number> => (await closedLoop(8, { ms: WINDOW_MS }, run)).p99;
  await p99();
  const quiet: number[] = [];
  while (quiet.length < QUIET_WINDOWS) quiet.push(await p99());
  const state = { building: true };
  const built = rows.createIndex({ recorded_at: 1, description: 1 }).then(() => {
    state.building = false;
  });
  const during: number[] = [];
  while (state.building) during.push(await p99());
  await built;
  await client.close();
  const what = `p99 of transactions during an index build, ms (theirs: quiet); ${String(during.length)} windows`;
  return [
    line(what, median(during), median(quiet), '<= 3'),
    line('  the worst window of both', Math.max(...during), Math.max(...quiet), 'reported'),
  ];
}
