import { median } from './load/job.js';

const PAIRS = 100;

/** The median times of both, asked in turn, in milliseconds. */
export async function inTurn(
  ours: () => Promise<unknown>,
  theirs: () => Promise<unknown>,
  pairs = PAIRS,
): Promise<[number, number]> {
  const times: [number[], number[]] = [[], []];
  for (let pair = 0; pair < pairs; pair += 1) {
    for (const [side, ask] of [ours, theirs].entries()) {
      const started = performance.now();
      await ask();
      times[side]?.push(performance.now() - started);
    }
  }
  return [median(times[0]), median(times[1])];
}
