import type { Timestamp } from 'bson';
import { nextTimestamp } from '../bson/clock.js';
import type { Doc } from '../bson/types.js';
import type { Arguments } from './arguments.js';

/** What a write command says for all its statements. */
export interface CommonOptions {
  /** Its `let`. */
  readonly variables: Doc | undefined;
  /** What takes the place of empty timestamps; left out, they stay. */
  readonly timestamp: (() => Timestamp) | undefined;
}

/** Reads what a write command says for all its statements. */
export function commonOptions(args: Arguments): CommonOptions {
  return { variables: args.document('let'), timestamp: fillingOf(args) };
}

/** What takes the place of empty timestamps, unless the command wants to keep them. */
export function fillingOf(args: Arguments): CommonOptions['timestamp'] {
  return args.flag('bypassEmptyTsReplacement') ? undefined : nextTimestamp;
}
