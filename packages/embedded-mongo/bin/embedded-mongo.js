#!/usr/bin/env node
import { existsSync } from 'node:fs';

const cli = new URL('../dist/cli.js', import.meta.url);

if (existsSync(cli)) {
  await import(cli.href);
} else {
  const reason = 'embedded-mongo is not built: run "npm run build" first';
  process.stderr.write(`${reason}\n`);
  if (process.send) process.send({ type: 'failed', reason }, () => process.exit(1));
  else process.exit(1);
}
