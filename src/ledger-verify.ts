import { driverDb } from './database/tenant-scope.js';
import { usernamesIn } from './identity/usernames.js';
import { LedgerAudit } from './ledger/projections/ledger-audit.js';
import { operate } from './operator-command.js';
import { Progress, say } from './progress.js';

const NAME = 'The check';

await operate(NAME, async (connection) => {
  const progress = new Progress('Verifying');
  const found: string[] = [];
  let total = 0;
  const audit = new LedgerAudit(connection, usernamesIn(driverDb(connection)), {
    begins: (accounts, events) => {
      total = accounts;
      progress.begin(events);
    },
    advanced: (events) => progress.advance(events),
    found: ({ _id }, finding) => found.push(`${_id}: ${finding}`),
  });
  const findings = await audit.run().finally(() => progress.end());
  for (const line of found) say(line);
  say(
    findings === 0
      ? `All is well: ${total} accounts are as their events say, and their logs as they were recorded.`
      : `${findings} ${findings === 1 ? 'break' : 'breaks'} found in ${total} accounts.`,
  );
  return findings > 0;
});
