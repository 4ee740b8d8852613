import { MongoClient } from 'mongodb';
import { closedLoop, type Extent } from './measure.js';
import { accountId, driverTransaction, ledgerOf } from './workloads.js';

/** What a client's process is asked for. */
export interface Order {
  readonly inFlight: number;
  readonly extent: Extent;
}

/** A client in a process of its own: does ledger transactions by the driver on every `of`th account from `number` on. */
const [uri = '', number = '', of = ''] = process.argv.slice(2);
const ledger = ledgerOf(await MongoClient.connect(uri));
process.on('message', ({ inFlight, extent }: Order) => {
  const run = (_: number, count: number) =>
    driverTransaction(ledger, accountId(count * Number(of) + Number(number)));
  void closedLoop(inFlight, extent, run).then((measured) => process.send?.(measured));
});
process.send?.('ready');
