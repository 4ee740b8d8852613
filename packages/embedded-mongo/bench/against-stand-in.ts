import { join } from 'node:path';
import { compare, here, inFolder, type Case, type Line } from './compare.js';
import { hotDocument } from './hot-document.js';
import type { Run } from './measure.js';
import { startEngine, startStandIn } from './processes.js';
import { prepareService, SERVICE_BATCH, serviceTransaction } from './service-workload.js';
import {
  accountId,
  ACCOUNTS,
  BATCH,
  bulkTransaction,
  driverTransaction,
  ledgerOf,
  MongooseLedger,
  prepare,
  type Ledger,
} from './workloads.js';

/** The same work on either side; `run` spreads it so that what is in flight is on different accounts. */
type Work = (side: { readonly ledger: Ledger; readonly goose: MongooseLedger }) => Run;

const one =
  (run: (id: string) => Promise<void>): Run =>
  (_, count) =>
    run(accountId(count));
const batch =
  (size: number, run: (first: number) => Promise<void>): Run =>
  (_, count) =>
    run((count * size) % ACCOUNTS);

const CASES: readonly (Case & { readonly work: Work })[] = [
  {
    what: 'mongoose transactions, 32 in flight',
    aim: '>= 0.75',
    cpuAim: '<= 2.75',
    inFlight: 32,
    work: ({ goose }) => one((id) => goose.transaction(id)),
  },
  {
    what: 'driver transactions, 32 in flight',
    aim: '>= 0.6',
    inFlight: 32,
    work: ({ ledger }) => one((id) => driverTransaction(ledger, id)),
  },
  {
    what: 'driver transactions, 1 in flight',
    aim: 'reported',
    inFlight: 1,
    warmUp: 500,
    work: ({ ledger }) => one((id) => driverTransaction(ledger, id)),
  },
  {
    what: 'transactions of 48 writes, 8 in flight',
    aim: '>= 0.6',
    inFlight: 8,
    warmUp: 1_000,
    work: ({ ledger }) => batch(BATCH, (first) => bulkTransaction(ledger, first)),
  },
  {
    what: 'transactions of 256 writes, 4 in flight',
    aim: 'reported',
    inFlight: 4,
    warmUp: 300,
    work: ({ ledger }) => batch(SERVICE_BATCH, (first) => serviceTransaction(ledger, first)),
  },
  {
    what: 'find by _id, lean, 8 in flight',
    aim: '>= 0.75',
    inFlight: 8,
    work: ({ goose }) => one((id) => goose.find(id)),
  },
];

/** Everything that is compared with the stand-in: transactions by mongoose and by the driver, large ones, finds. */
export function againstStandIn(): Promise<Line[]> {
  return inFolder(async (folder) => {
    const engine = await startEngine(join(folder, 'data'), join(folder, 'run', 'e.sock'));
    const standIn = await startStandIn(join(folder, 's.sock'));
    const [client, fakeClient] = [await engine.connect(), await standIn.connect()];
    const [ledger, fakeLedger] = [ledgerOf(client), ledgerOf(fakeClient)];
    await prepare(ledger);
    await prepareService(ledger);
    const goose = await MongooseLedger.connect(engine.uri);
    const fakeGoose = await MongooseLedger.connect(standIn.uri);
    const lines: Line[] = [];
    for (const { work, ...one } of CASES) {
      const ours = here(work({ ledger, goose }), engine);
      const theirs = here(work({ ledger: fakeLedger, goose: fakeGoose }), standIn);
      lines.push(...(await compare(one, ours, theirs)));
    }
    lines.push(...(await hotDocument(ledger)));
    await Promise.all([goose.close(), fakeGoose.close(), client.close(), fakeClient.close()]);
    await Promise.all([engine.stop(), standIn.stop()]);
    return lines;
  });
}
