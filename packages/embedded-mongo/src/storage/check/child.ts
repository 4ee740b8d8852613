import type { CheckMessage } from './report.js';
import { checkFolder } from './folder.js';

/** How often the parent is told that the work goes on, in milliseconds. */
const TELL_MS = 1_000;

function tell(message: CheckMessage): void {
  process.send?.(message);
}

let told = performance.now();
const [folder = '', aside = '', ns] = process.argv.slice(2);
const report = await checkFolder({ folder, aside, ns }, () => {
  if (performance.now() - told < TELL_MS) return;
  told = performance.now();
  tell({ type: 'working' });
});
process.send?.({ type: 'report', report } satisfies CheckMessage, undefined, undefined, () =>
  process.exit(0),
);
