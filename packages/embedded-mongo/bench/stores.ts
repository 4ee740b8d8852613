import { join } from 'node:path';
import { Clients } from './clients.js';
import { compare, here, inFolder, type Line } from './compare.js';
import { bareLmdb, sqlite, type Peer } from './peers.js';
import { startEngine, startStandIn } from './processes.js';
import { accountId, driverTransaction, ledgerOf, prepare } from './workloads.js';

/** One client's thread is full before the engine's is. */
const CLIENTS = 3;

/**
 * The ledger's transaction against SQLite and against bare lmdb, engine side by the driver. The stand-in, which answers at
 * once, shows what of bare lmdb's rate one client by the driver can reach at all.
 */
export function againstStores(): Promise<Line[]> {
  return inFolder(async (folder) => {
    const engine = await startEngine(join(folder, 'data'), join(folder, 'run', 'e.sock'));
    const client = await engine.connect();
    const ledger = ledgerOf(client);
    await prepare(ledger);
    const standIn = await startStandIn(join(folder, 's.sock'));
    const fakeClient = await standIn.connect();
    const fakeLedger = ledgerOf(fakeClient);
    const [sql, bare] = [sqlite(folder), bareLmdb(folder)];
    const ceiling = here((_, count) => driverTransaction(fakeLedger, accountId(count)));
    const ours = here((_, count) => driverTransaction(ledger, accountId(count)));
    const clients = await Clients.start(engine.uri, CLIENTS);
    const against = (peer: Peer) => here((_, count) => peer.transaction(count));
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
        { what: `  by ${String(CLIENTS)} client processes`, aim: '>= 0.10', inFlight: 32 },
        clients,
        against(bare),
      )),
      ...(await compare(
        { what: '  the stand-in against it: what one client can reach', aim: 'reported', inFlight: 32 },
        ceiling,
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
    clients.stop();
    await Promise.all([sql.close(), bare.close(), client.close(), fakeClient.close()]);
    await Promise.all([engine.stop(), standIn.stop()]);
    return lines;
  });
}
