import { join } from 'node:path';
import { compare, inFolder, type Line } from './compare.js';
import { bareLmdb, sqlite, type Peer } from './peers.js';
import { startEngine } from './processes.js';
import { accountId, driverTransaction, ledgerOf, prepare } from './workloads.js';

/** The ledger's transaction against SQLite and against bare lmdb, engine side by the driver. */
export function againstStores(): Promise<Line[]> {
  return inFolder(async (folder) => {
    const engine = await startEngine(join(folder, 'data'), join(folder, 'run', 'e.sock'));
    const client = await engine.connect();
    const ledger = ledgerOf(client);
    await prepare(ledger);
    const [sql, bare] = [sqlite(folder), bareLmdb(folder)];
    const ours = { run: (_: number, count: number) => driverTransaction(ledger, accountId(count)) };
    const against = (peer: Peer) => ({ run: (_: number, count: number) => peer.transaction(count) });
    const lines = [
      ...(await compare(
        { what: 'against SQLite, 32 in flight', aim: '>= 0.33', inFlight: 32 },
        ours,
        against(sql),
      )),
      ...(await compare(
        { what: 'against bare lmdb, 32 in flight', aim: '>= 0.10', inFlight: 32 },
        ours,
        against(bare),
      )),
      ...(await compare(
        { what: 'against SQLite, 1 in flight', aim: 'reported', inFlight: 1, warmUp: 500 },
        ours,
        against(sql),
      )),
      ...(await compare(
        { what: 'against bare lmdb, 1 in flight', aim: 'reported', inFlight: 1, warmUp: 500 },
        ours,
        against(bare),
      )),
    ];
    await Promise.all([sql.close(), bare.close(), client.close()]);
    await engine.stop();
    return lines;
  });
}
