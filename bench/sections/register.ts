import { mkdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

import { diskOf } from '../disk.js';
import type { HttpClient } from '../http-client.js';
import { inTurn } from '../in-turn.js';
import { openAccount } from '../ledger.js';
import { privateMemory } from '../processes.js';
import { compare, type Line, type Report } from '../report.js';
import { ServiceProcess } from '../service-process.js';
import { clientOf, dayOf, fill, openLongLedger, TRANSACTIONS, type LongLedger } from './long-ledger.js';

/** A folder that is kept from run to run, so that it is filled once; one of its own unless given. */
const FOLDER = process.env['BENCH_FOLDER'];
/** How many undos and pages go before memory is weighed. */
const TURNS = 100;
const UNDONE = 25;
const BEFORE = 1000;
/** How much is recorded, a thousand at once, before memory is weighed. */
const WORK = 10_000;
const SETTLE_MS = 3_000;
const READY_MS = 3_000;
const MEMORY_MB = 64;
const DISK_BYTES = 2_500;
const MB = 1024 * 1024;

/** An account of a million transactions against short ones: pages, as-of, undo, growth, start. */
export async function register(): Promise<Report> {
  if (FOLDER !== undefined) mkdirSync(FOLDER, { recursive: true });
  let service = await ServiceProcess.start(FOLDER === undefined ? {} : { folder: FOLDER });
  const restart = async (): Promise<number> => {
    const { folder } = service;
    await service.stop('keep');
    const started = performance.now();
    service = await ServiceProcess.start({ folder });
    return performance.now() - started;
  };
  try {
    const ledger = await openLongLedger(service);
    await fillTo(BEFORE, service, ledger);
    await restart();
    const memoryFew = await memoryAtWork(service, ledger);
    const few = await fillTo(BEFORE, service, ledger);
    const many = await fillTo(TRANSACTIONS, service, ledger);
    const recorder = memoryOf(service);
    const ready = await restart();
    const memoryMany = await memoryAtWork(service, ledger);
    const client = await clientOf(service.origin, ledger);
    const lines = [...(await pages(client, ledger)), await asOf(client, ledger), await undo(client, ledger)];
    client.close();
    return {
      sides: `ours: an account of ${TRANSACTIONS} transactions; theirs: one of ${BEFORE}, of 100 for as-of and undo; p50 in ms`,
      lines: [
        ...lines,
        compare('start to ready, ms (theirs: the limit)', ready, READY_MS, { most: 1 }),
        ...growth(few, many, memoryFew, memoryMany),
      ],
      notes: [
        `Private memory in MB after a start and the same work, with ${few.transactions} transactions in the long account: ${text(memoryFew)}; with ${many.transactions}: ${text(memoryMany)}. Of the processes that recorded them, at the end: ${text(recorder)}.`,
        `Filled at ${many.rate.toFixed(0)} a second through the batch route. On disk after: ${(many.disk / MB).toFixed(0)} MB.`,
      ],
    };
  } finally {
    await service.stop(FOLDER === undefined ? 'remove' : undefined);
  }
}

/** How a long account stood after it was filled. */
interface Filled {
  readonly transactions: number;
  /** The whole folder, in bytes. */
  readonly disk: number;
  /** Transactions a second; NaN where none was missing. */
  readonly rate: number;
}

async function fillTo(count: number, service: ServiceProcess, ledger: LongLedger): Promise<Filled> {
  const client = await clientOf(service.origin, ledger);
  const rate = await fill(client, ledger.long, Math.min(count, TRANSACTIONS), TRANSACTIONS);
  const rows = `/accounts/${ledger.long}/transactions?page_size=1`;
  const { total } = await client.expect<{ total: number }>(200, 'GET', rows);
  client.close();
  await pause(SETTLE_MS);
  return { transactions: total, disk: diskOf(service.folder), rate };
}

/** Private memory of a service that was just started, after work that is always the same. */
async function memoryAtWork(service: ServiceProcess, ledger: LongLedger): Promise<Memory> {
  const client = await clientOf(service.origin, ledger);
  const account = await openAccount(client, `Work ${Date.now().toString(36)}`);
  await fill(client, account, WORK, WORK);
  for (let turn = 0; turn < TURNS; turn += 1) {
    await client.expect(201, 'POST', `/accounts/${account}/undo`);
    await client.expect(200, 'GET', `/accounts/${ledger.long}/transactions?page_size=20&envelope_id=2`);
  }
  client.close();
  await pause(SETTLE_MS);
  return memoryOf(service);
}

/** What a transaction adds on disk, and what a long account adds to the memory that is in use. */
function growth(few: Filled, many: Filled, memoryFew: Memory, memoryMany: Memory): Line[] {
  const sum = (memory: Memory) => Object.values(memory).reduce((a, b) => a + b, 0);
  const memory = compare(
    'private memory grows by, MB (theirs: the limit)',
    sum(memoryMany) - sum(memoryFew),
    MEMORY_MB,
    { most: 1 },
  );
  const filled = many.transactions - few.transactions;
  if (filled === 0) return [memory];
  const disk = (many.disk - few.disk) / filled;
  return [memory, compare('disk a transaction, bytes (theirs: the limit)', disk, DISK_BYTES, { most: 1 })];
}

const text = (values: Memory): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${value.toFixed(0)}`)
    .join(', ');

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
    lines.push(compare(`page of the whole time and one envelope, ${end} end`, ...whole, { most: 1.5 }));
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

/** Private memory by process, in MB. */
type Memory = Readonly<Record<string, number>>;

function memoryOf({ pid, enginePid }: ServiceProcess): Memory {
  return { service: privateMemory(pid), engine: enginePid === undefined ? 0 : privateMemory(enginePid) };
}
