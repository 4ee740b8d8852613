import { parseCommandLine, USAGE, UsageError, type ServeOptions } from './process/options.js';
import { runOffline } from './process/offline.js';
import type { StartMessage } from './process/messages.js';
import { followParent, hasIpcParent } from './process/parent.js';
import { serve, type Serving } from './process/serve.js';
import { ENGINE_VERSION, MONGODB_VERSION } from './version.js';

/** Stopping may take this long, in milliseconds, before the process ends as it is; nothing acknowledged is lost. */
const STOP_WITHIN_MS = 10_000;

function log(line: string): void {
  process.stderr.write(`embedded-mongo: ${line}\n`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Tells the parent, if it listens, how the start went. */
function tellParent(message: StartMessage): Promise<void> {
  return new Promise((resolve) => {
    if (!process.send || !process.connected) resolve();
    // A parent that has gone meanwhile is noticed by the channel's end.
    else process.send(message, undefined, undefined, () => resolve());
  });
}

function fatal(error: unknown): never {
  log(`fatal: the data could not be written: ${messageOf(error)}`);
  process.exit(1);
}

/** Ends this process cleanly at the first call, and at once at a second one. */
function stopper(serving: Serving): () => void {
  let stopping = false;
  return () => {
    if (stopping) process.exit(1);
    stopping = true;
    setTimeout(() => {
      log('did not stop in time');
      process.exit(1);
    }, STOP_WITHIN_MS).unref();
    serving.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log(`could not stop cleanly: ${messageOf(error)}`);
        process.exit(1);
      },
    );
  };
}

async function run(options: ServeOptions): Promise<void> {
  // What is made from here on is for this user alone.
  process.umask(0o077);
  if (hasIpcParent()) {
    // A terminal's Ctrl-C and hang-up, and a service supervisor's SIGTERM, reach the parent too. It still needs this
    // process to finish its own work, and closes the channel when it does no more.
    for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) process.on(signal, () => undefined);
  }
  const serving = await serve(options, { log, fatal });
  const stop = stopper(serving);
  if (!hasIpcParent()) {
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  }
  if (hasIpcParent() || options.exitWithParent) followParent(stop);
  await tellParent({ type: 'ready', uri: serving.uri });
  process.stdout.write(`embedded-mongo ${ENGINE_VERSION} is ready: ${serving.uri}\n`);
}

async function main(args: string[]): Promise<void> {
  // Whoever read the output may have gone; that is no reason to stop serving.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  try {
    const options = parseCommandLine(args);
    if (options === 'help') process.stdout.write(USAGE);
    else if (options === 'version') {
      process.stdout.write(`embedded-mongo ${ENGINE_VERSION} (MongoDB ${MONGODB_VERSION})\n`);
    } else if ('task' in options) process.stdout.write(await runOffline(options));
    else await run(options);
  } catch (error) {
    const reason = messageOf(error);
    log(error instanceof UsageError ? `${reason}\nTry embedded-mongo --help.` : reason);
    await tellParent({ type: 'failed', reason });
    process.exit(error instanceof UsageError ? 2 : 1);
  }
}

await main(process.argv.slice(2));
