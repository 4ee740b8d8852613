import type { Arguments } from './arguments.js';

/** How long the first batch may be by a command's `cursor`; `undefined` where it does not say. */
export function batchSize(args: Arguments): number | undefined {
  const cursor = args.document('cursor');
  return cursor && args.part('cursor', cursor, ['batchSize']).size('batchSize');
}
