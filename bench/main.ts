import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

import { show, type Report } from './report.js';
import { authentication } from './sections/authentication.js';
import { batch } from './sections/batch.js';
import { disk } from './sections/disk.js';
import { envelopes } from './sections/envelopes.js';
import { loginFlood } from './sections/login-flood.js';
import { postings } from './sections/postings.js';
import { rebuild } from './sections/rebuild.js';
import { rebuildMemory } from './sections/rebuild-memory.js';
import { register } from './sections/register.js';
import { roundTrips } from './sections/round-trips.js';
import { sql } from './sections/sql.js';
import { strangers } from './sections/strangers.js';
import { twoProcesses } from './sections/two-processes.js';

const RESULTS = fileURLToPath(new URL('../results/', import.meta.url));

const SECTIONS: ReadonlyMap<string, () => Promise<Report>> = new Map([
  ['round-trips', roundTrips],
  ['postings', postings],
  ['sql', sql],
  ['processes', twoProcesses],
  ['envelopes', envelopes],
  ['batch', batch],
  ['authentication', authentication],
  ['login-flood', loginFlood],
  ['strangers', strangers],
  ['register', register],
  ['rebuild', rebuild],
  ['rebuild-memory', rebuildMemory],
  ['disk', disk],
]);

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !SECTIONS.has(name));
if (unknown.length > 0) {
  throw new Error(`No section ${unknown.join(', ')}; there are ${[...SECTIONS.keys()].join(', ')}`);
}

const reports: Record<string, Report> = {};
for (const [name, section] of SECTIONS) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const report = await section();
  reports[name] = report;
  process.stdout.write(`${show(name, report)}\n\n`);
}

const at = new Date().toISOString();
await mkdir(RESULTS, { recursive: true });
const result = { at, node: process.version, cores: cpus().length, sections: reports };
await writeFile(`${RESULTS}${at.replaceAll(':', '-')}.json`, `${JSON.stringify(result, null, 2)}\n`);
