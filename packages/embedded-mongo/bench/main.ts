import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { againstStandIn } from './against-stand-in.js';
import { WARM_UP, type Line } from './compare.js';
import { table } from './measure.js';
import { atScale } from './scale.js';
import { againstStores } from './stores.js';

const SECTIONS: Readonly<Record<string, () => Promise<Line[]>>> = {
  'stand-in': againstStandIn,
  stores: againstStores,
  scale: atScale,
};

/** Runs all sections, or those that the command line names, and prints one table. */
async function main(): Promise<void> {
  const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(SECTIONS);
  const load = loadavg().map((average) => average.toFixed(1));
  process.stdout.write(
    `load of the machine at the start: ${load.join(', ')}; each side of a small case is warmed up by ${String(WARM_UP)} operations\n`,
  );
  const lines: Line[] = [];
  for (const name of names) {
    const section = SECTIONS[name];
    if (section === undefined)
      throw new Error(`no section ${name}; there are ${Object.keys(SECTIONS).join(', ')}`);
    lines.push(...(await section()));
  }
  const rows = lines.map(({ what, ours, theirs, ratio, aim }) => [
    what,
    ours.toFixed(ours < 100 ? 2 : 0),
    theirs.toFixed(theirs < 100 ? 2 : 0),
    ratio.toFixed(2),
    aim,
  ]);
  process.stdout.write(
    `${table([['medians; ratios within rounds', 'ours', 'theirs', 'ratio', 'aim'], ...rows])}\n`,
  );
  mkdirSync('bench/results', { recursive: true });
  const stamp = new Date().toISOString().replaceAll(':', '-');
  writeFileSync(`bench/results/${stamp}.json`, JSON.stringify({ load, warmUp: WARM_UP, lines }, null, 2));
}

await main();
