import { driverDb } from './database/tenant-scope.js';
import { EventLog } from './event-store/event-log.js';
import { RebuildPace } from './event-store/rebuild-pace.js';
import { Rebuild } from './event-store/rebuild.js';
import { usernamesIn } from './identity/usernames.js';
import { ledgerReadModels } from './ledger/projections/ledger-read-models.js';
import { operate } from './operator-command.js';
import { Progress, say } from './progress.js';

const NAME = 'The rebuild';

await operate(NAME, async (connection) => {
  const db = driverDb(connection);
  const log = new EventLog(connection);
  const ground = { client: connection.getClient(), db, log, pace: new RebuildPace(db) };
  const progress = new Progress('Rebuilding');
  const unfit: string[] = [];
  let total = 0;
  const rebuild = new Rebuild(ground, ledgerReadModels(usernamesIn(db)), {
    begins: (accounts, events, resumed) => {
      total = accounts;
      if (resumed) say('Going on where an earlier rebuild was cut off.');
      progress.begin(events);
    },
    advanced: (events) => progress.advance(events),
    unfit: (_account_id, reason) => unfit.push(reason),
  });
  const failed = await rebuild.run().finally(() => progress.end());
  for (const reason of unfit) say(`Not rebuilt: ${reason}`);
  say(`Rebuilt the read models of ${total - failed} of ${total} accounts.`);
  return failed > 0;
});
