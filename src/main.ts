import { pino } from 'pino';
import { DatabaseRefused } from './database/refused.js';
import type { Service } from './service.js';
import { readSettings, type Settings } from './settings.js';
import { SettingError } from './setting-reader.js';

/** The errors of listening that a person can do something about: the setting, and what is wrong with it. */
const LISTEN_FAULTS: ReadonlyMap<string, (settings: Settings) => readonly [string, string]> = new Map([
  ['EADDRINUSE', ({ host, port }: Settings) => ['PORT', `${port} on ${host} is in use by another program`]],
  ['EACCES', ({ host, port }: Settings) => ['PORT', `${port} on ${host} is not allowed to this user`]],
  ['EADDRNOTAVAIL', ({ host }: Settings) => ['HOST', `${host} is not an address of this machine`]],
  ['ENOTFOUND', ({ host }: Settings) => ['HOST', `${host} is not known`]],
]);

async function main(): Promise<void> {
  const settings = readSettings(process.env, '.env');
  const logger = pino({
    level: settings.log_level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
  const asked = signals();
  // The rest is loaded once the settings are known to be good, and while the database gets ready.
  const { openDatabase } = await import('./database/opening.js');
  const opening = openDatabase(settings, logger);
  // Should it fail before anybody waits for it, it is told when the service does.
  opening.catch(() => undefined);
  const { startService } = await import('./service.js');
  const started = startService(settings, logger, opening).catch((error: unknown) => {
    throw asStartFault(error, settings);
  });
  const service = await Promise.race([started, asked.then(() => null)]);
  if (!service) {
    // Nothing was promised to anybody yet; the engine ends with this process.
    say(process.stdout, 'Stopped before it was ready.');
    return;
  }
  say(process.stdout, ready(service, settings));
  await asked;
  say(process.stdout, 'Stopping: requests in flight are finished first.');
  await service.stop();
}

/** Resolves at the first SIGTERM or SIGINT; later ones change nothing. */
function signals(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve());
  });
}

function ready({ url, database }: Service, { docs }: Settings): string {
  const swagger = docs ? ` | Swagger UI: ${url}/docs` : '';
  return `Envelope Ledger is ready: ${url}${swagger} | database: ${database}`;
}

function asStartFault(error: unknown, settings: Settings): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  const fault = LISTEN_FAULTS.get(String(error.code));
  return fault ? new SettingError(...fault(settings)) : error;
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function say(stream: NodeJS.WriteStream, line: string): void {
  stream.write(`${line}\n`);
}

try {
  await main();
  process.exit(0);
} catch (error) {
  const foreseen = error instanceof SettingError || error instanceof DatabaseRefused;
  const text = error instanceof Error && !foreseen ? (error.stack ?? error.message) : textOf(error);
  say(process.stderr, `Envelope Ledger cannot start: ${text}`);
  process.exit(1);
}
