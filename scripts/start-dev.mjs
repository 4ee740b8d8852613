/**
 * Serves, and starts the service again, on the same data, whenever its sources have changed and compile. While they do
 * not, the one before goes on serving. Ctrl-C ends it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const COMPILED = /Found 0 errors\. Watching for file changes\./;

const compiler = spawn(
  process.execPath,
  ['node_modules/typescript/bin/tsc', '-b', '--watch', '--preserveWatchOutput'],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);

/** The service's process, undefined before the first and after the last. */
let service;
/** Resolves when all starts that were asked for have been made. */
let starting = Promise.resolve();
let ending = false;

function start() {
  if (ending) return;
  const child = spawn(
    process.execPath,
    ['--enable-source-maps', '--max-semi-space-size=32', 'dist/main.js'],
    { stdio: 'inherit' },
  );
  service = child;
  child.once('exit', (code) => {
    if (service === child) service = undefined;
    if (code !== 0 && !ending)
      console.error('start:dev: the service has ended; it is started after the next change');
  });
}

async function stop() {
  const child = service;
  if (!child) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

async function end() {
  if (ending) return;
  ending = true;
  compiler.kill();
  await starting;
  await stop();
  process.exit(0);
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, end);
compiler.once('exit', end);
for await (const line of createInterface(compiler.stdout)) {
  console.log(line);
  if (COMPILED.test(line)) starting = starting.then(stop).then(start);
}
