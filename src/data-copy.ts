import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Connection } from 'mongoose';

import type { CopyModels } from './copy/account-copy.js';
import { DataCopy, type CopyScope } from './copy/data-copy.js';
import { CopyRefused, type Side } from './copy/sides.js';
import { runningEngine } from './database/embedded.js';
import { DatabaseRefused } from './database/refused.js';
import { driverDb, everyTenant } from './database/tenant-scope.js';
import type { AccountRecord } from './event-store/account-record.js';
import { EventLog } from './event-store/event-log.js';
import { EVENTS } from './event-store/stored-event.js';
import { peopleOf } from './identity/people-of.js';
import { usernamesIn } from './identity/usernames.js';
import type { Account } from './ledger/domain/account.js';
import type { LedgerEvent } from './ledger/domain/events.js';
import { accountOf, type AccountDocument } from './ledger/projections/account-document.js';
import { LedgerAudit } from './ledger/projections/ledger-audit.js';
import { ledgerReadModels } from './ledger/projections/ledger-read-models.js';
import { commandLog, conclude, openExternal, openFolder, type OpenDatabase } from './operator-command.js';
import { Progress, say } from './progress.js';
import { SettingError } from './setting-reader.js';

const NAME = 'The copy';
const USAGE =
  'needed: npm run data:copy -- --from SOURCE --to TARGET [--household ID], each a connection string or a data folder';

interface Asked {
  readonly from: string;
  readonly to: string;
  readonly household_id: string | null;
}

await conclude(NAME, async () => {
  const { from, to, household_id } = asked();
  const source = await open(from, 'source');
  try {
    const scope = await scopeOf(source.connection, household_id);
    const target = await open(to, 'target');
    try {
      return await copy(source.connection, target.connection, scope);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
});

function asked(): Asked {
  const { from, to, household } = readArguments();
  // A password in an argument is there for everybody to read who may list processes.
  const [source, target] = [from ?? process.env['COPY_FROM'], to ?? process.env['COPY_TO']];
  if (!source || !target) throw new SettingError(source ? '--to' : '--from', `is missing; ${USAGE}`);
  if (source === target) throw new SettingError('--to', 'names the source itself');
  return { from: source, to: target, household_id: household ?? null };
}

function readArguments() {
  const options = {
    from: { type: 'string' },
    to: { type: 'string' },
    household: { type: 'string' },
  } as const;
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    throw new SettingError(error instanceof Error ? error.message : String(error), USAGE);
  }
}

/** Opens what is named by a connection string, or the engine's data folder. */
async function open(place: string, side: 'source' | 'target'): Promise<OpenDatabase> {
  if (/^mongodb(\+srv)?:\/\//.test(place)) return openExternal(place, side === 'source' ? '--from' : '--to');
  const folder = resolve(place);
  const data = await stat(join(folder, 'db')).catch(() => null);
  if (side === 'source' && !data?.isDirectory()) {
    throw new SettingError('--from', `is neither a connection string nor a data folder: ${place}`);
  }
  if (side === 'target' && (await runningEngine(folder)) !== null) {
    throw new DatabaseRefused(`a service runs on ${place}; stop it first`);
  }
  return openFolder(folder, commandLog('warn'));
}

async function copy(source: Connection, target: Connection, scope: CopyScope): Promise<boolean> {
  const { household_id } = scope;
  const findings: string[] = [];
  const progress = new Progress('Copying');
  const from = { ...sideOf(source), log: new EventLog(source) };
  const data = new DataCopy(from, sideOf(target), scope, modelsOf(from), {
    resumes: () => say('Going on with an earlier copy.'),
    begins: (events, copied) => progress.begin(events, copied),
    advanced: (events) => progress.advance(events),
    broken: (reason) => findings.push(`Not copied whole: ${reason}`),
    copied: async () => {
      progress.end();
      findings.push(...(await verify('source', source, household_id)));
      findings.push(...(await verify('target', target, household_id)));
    },
  });
  const differences = await data.run().catch((error: unknown) => {
    progress.end();
    throw error instanceof CopyRefused ? new DatabaseRefused(error.message) : error;
  });
  findings.push(...differences.map((difference) => `Not the same: ${difference}`));
  for (const line of findings) say(line);
  say(conclusion(findings.length, differences.length));
  return findings.length > 0;
}

function conclusion(findings: number, differences: number): string {
  if (findings === 0) return 'Copied: both sides hold the same accounts, and their logs verify.';
  if (findings > differences) return 'The copy is not what it should be; the lines above say why.';
  return 'Written to meanwhile: stop the service on the source and call this again, it brings the rest.';
}

function sideOf(connection: Connection): Side {
  return { client: connection.getClient(), db: driverDb(connection) };
}

async function scopeOf(source: Connection, household_id: string | null): Promise<CopyScope> {
  if (household_id === null) return { household_id, conditions: new Map() };
  const db = driverDb(source);
  // Whoever has recorded something is named by it, also after leaving.
  const recorders = await everyTenant(db, EVENTS).distinct('actor_id', { household_id });
  const conditions = await peopleOf(db, household_id, recorders.map(String));
  if (!conditions) throw new SettingError('--household', `${household_id} is not in the source`);
  return { household_id, conditions };
}

function modelsOf({ db }: Side): CopyModels<LedgerEvent, Account> {
  return {
    ...ledgerReadModels(usernamesIn(db)),
    stateIn: (document: AccountRecord) => accountOf(document as AccountDocument),
  };
}

/** What the check of one side finds. */
async function verify(side: string, connection: Connection, household_id: string | null): Promise<string[]> {
  const found: string[] = [];
  const progress = new Progress(`Verifying the ${side}`);
  const watcher = {
    begins: (_accounts: number, events: number) => progress.begin(events),
    advanced: (events: number) => progress.advance(events),
    found: ({ _id }: AccountDocument, finding: string) => found.push(`In the ${side}, ${_id}: ${finding}`),
  };
  const audit = new LedgerAudit(connection, usernamesIn(driverDb(connection)), watcher, household_id);
  await audit.run().finally(() => progress.end());
  return found;
}
