import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import type { HttpClient } from '../http-client.js';
import { median } from '../load/job.js';
import { privateMemory } from '../processes.js';
import { compare, type Line, type Report } from '../report.js';
import { ServiceProcess } from '../service-process.js';
import { clientOf, dayOf, fill, openLongLedger, TRANSACTIONS, type LongLedger } from './long-ledger.js';

/** A folder that is kept from run to run, so that it is filled once; one of its own unless given. */
const FOLDER = process.env['BENCH_FOLDER'];
const PAIRS = 100;
const UNDONE = 25;
const BEFORE = 1000;
const SETTLE_MS = 3_000;
const READY_MS = 3_000;
const MEMORY_MB = 64;
const DISK_BYTES = 2_500;
const MB = 1024 * 1024;

/** An account of a million transactions against short ones: pages, as-of, undo, growth, start. */
export async function register(): Promise<Report> {
  if (FOLDER !== undefined) mkdirSync(FOLDER, { recursive: true });
  let service = await ServiceProcess.start(FOLDER === undefined ? {} : { folder: FOLDER });
  try {
    const ledger = await openLongLedger(service);
    const grown = await grow(service, ledger);
    const { folder } = service;
    await service.stop(FOLDER === undefined ? 'keep' : undefined);
    const started = performance.now();
    service = await ServiceProcess.start({ folder });
    const ready = performance.now() - started;
    const client = await clientOf(service.origin, ledger);
    const lines = [...(await pages(client, ledger)), await asOf(client, ledger), await undo(client, ledger)];
    client.close();
    return {
      sides: `ours: an account of ${TRANSACTIONS} transactions; theirs: one of ${BEFORE}, of 100 for as-of and undo; p50 in ms`,
      lines: [
        ...lines,
        compare('start to ready, ms (theirs: the limit)', ready, READY_MS, { most: 1 }),
        ...grown.lines,
      ],
      notes: grown.notes,
    };
  } finally {
    await service.stop(FOLDER === undefined ? 'remove' : undefined);
  }
}

/** Fills the long account, and tells what a transaction weighs. */
async function grow(service: ServiceProcess, ledger: LongLedger): Promise<Pick<Report, 'lines' | 'notes'>> {
  const client = await clientOf(service.origin, ledger);
  await fill(client, ledger.long, Math.min(BEFORE, TRANSACTIONS), TRANSACTIONS);
  const weigh = async () => {
    await pause(SETTLE_MS);
    return { memory: memoryOf(service), disk: diskOf(service.folder) };
  };
  const before = await weigh();
  const { total } = await client.expect<{ total: number }>(
    200,
    'GET',
    `/accounts/${ledger.long}/transactions`,
  );
  const rate = await fill(client, ledger.long, TRANSACTIONS, TRANSACTIONS);
  client.close();
  if (Number.isNaN(rate)) return { lines: [], notes: ['The folder was filled by an earlier run.'] };
  const after = await weigh();
  const filled = TRANSACTIONS + 1 - total;
  const sum = (values: Readonly<Record<string, number>>) => Object.values(values).reduce((a, b) => a + b, 0);
  const text = (values: Readonly<Record<string, number>>) =>
    Object.entries(values)
      .map(([name, value]) => `${name} ${value.toFixed(0)}`)
      .join(', ');
  return {
    lines: [
      compare(
        'private memory grows by, MB (theirs: the limit)',
        sum(after.memory) - sum(before.memory),
        MEMORY_MB,
        { most: 1 },
      ),
      compare(
        'disk a transaction, bytes (theirs: the limit)',
        (after.disk - before.disk) / filled,
        DISK_BYTES,
        { most: 1 },
      ),
    ],
    notes: [
      `Filled through the batch route with ${filled} more, ${rate.toFixed(0)} a second. Private memory in MB before: ${text(before.memory)};`,
      `after: ${text(after.memory)}. On disk after: ${(after.disk / MB).toFixed(0)} MB.`,
    ],
  };
}

/** Pages of 20 of one day and one envelope, where both accounts have about as many; and of the whole time. */
async function pages(client: HttpClient, { long, short }: LongLedger): Promise<Line[]> {
  const page = (account: string, from: string, to: string, dir: string) =>
    get(
      client,
      `/accounts/${account}/transactions?from=${from}&to=${to}&envelope_id=2&page_size=20&order_dir=${dir}`,
    );
  const [first, last] = [dayOf(0, TRANSACTIONS), dayOf(TRANSACTIONS - 1, TRANSACTIONS)];
  const lines: Line[] = [];
  for (const [end, day, dir] of [
    ['newest', last, 'desc'],
    ['oldest', first, 'asc'],
  ] as const) {
    const times = await inTurn(page(long, day, day, dir), page(short, first, first, dir));
    lines.push(compare(`page of one day and envelope, ${end} end`, ...times, { most: 1.5 }));
    const whole = await inTurn(page(long, first, last, dir), page(short, first, last, dir));
    lines.push(compare(`page of the whole time and one envelope, ${end} end`, ...whole));
  }
  return lines;
}

async function asOf(client: HttpClient, { long, sparse }: LongLedger): Promise<Line> {
  const day = dayOf(TRANSACTIONS / 2, TRANSACTIONS);
  const ask = (account: string) => get(client, `/accounts/${account}?as_of=${day}`);
  return compare('as-of, a year back', ...(await inTurn(ask(long), ask(sparse))), { most: 1.5 });
}

async function undo(client: HttpClient, { long, sparse }: LongLedger): Promise<Line> {
  const ask = (account: string) => () => client.expect(201, 'POST', `/accounts/${account}/undo`);
  return compare('undo', ...(await inTurn(ask(long), ask(sparse), UNDONE)), { most: 1.2 });
}

const get = (client: HttpClient, path: string) => () => client.expect(200, 'GET', path);

/** The median times of both, asked in turn, in milliseconds. */
async function inTurn(
  ours: () => Promise<unknown>,
  theirs: () => Promise<unknown>,
  pairs = PAIRS,
): Promise<[number, number]> {
  const times: [number[], number[]] = [[], []];
  for (let pair = 0; pair < pairs; pair += 1) {
    for (const [side, ask] of [ours, theirs].entries()) {
      const started = performance.now();
      await ask();
      times[side]?.push(performance.now() - started);
    }
  }
  return [median(times[0]), median(times[1])];
}

function memoryOf({ pid, enginePid }: ServiceProcess): Record<string, number> {
  return { service: privateMemory(pid), engine: enginePid === undefined ? 0 : privateMemory(enginePid) };
}

/** What a folder takes up, in bytes; holes in files do not count. */
function diskOf(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).blocks * 512, 0);
}
