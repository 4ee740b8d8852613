import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALIGNMENT, readFrame, type Frame } from './frame.js';

/** The files, inside the data folder, that hold what is durable and perhaps not in the data file yet. */
export const JOURNAL_FILES = ['journal.0', 'journal.1'] as const;

/** What a journal holds beyond the data file. */
export interface JournalContent {
  /** In order. */
  readonly frames: readonly Frame[];
  /** The sequences after which frames are missing though later ones are there: they were damaged, for they were durable. */
  readonly gaps: readonly number[];
}

/** Whether a folder has a journal, as only one has that was not closed. */
export function hasJournal(folder: string): boolean {
  return JOURNAL_FILES.some((name) => existsSync(join(folder, name)));
}

/**
 * Reads the frames of an epoch that are later than what the data file holds. One that was being written when the power
 * failed is no frame, and nothing was acknowledged of it; nor did any later one begin to be written.
 * @param epoch - where it is not known, the newest there is.
 * @param written - the sequence that the data file is at. Where it is not known, the newest frames are read without a gap:
 *   if they hold some of what the data file does, they hold all that came after it, too.
 */
export function readJournal(
  folder: string,
  epoch: number | undefined,
  written: number | undefined,
): JournalContent {
  const found = JOURNAL_FILES.flatMap((name) => framesIn(join(folder, name)));
  const wanted = epoch ?? found.reduce((newest, frame) => Math.max(newest, frame.epoch), 0);
  const frames = found
    .filter((frame) => frame.epoch === wanted && frame.upTo > (written ?? 0))
    .sort((one, other) => one.upTo - other.upTo);
  const gaps = frames.flatMap(({ after }, at) => {
    const last = frames[at - 1]?.upTo ?? written ?? after;
    return after === last ? [] : [{ at, last }];
  });
  if (written !== undefined) return { frames, gaps: gaps.map(({ last }) => last) };
  return { frames: frames.slice(gaps.at(-1)?.at ?? 0), gaps: [] };
}

/** All sound frames of a file, of whatever epoch: behind a damaged one the next is looked for. */
function framesIn(path: string): Frame[] {
  if (!existsSync(path)) return [];
  const file = readFileSync(path);
  const frames: Frame[] = [];
  for (let at = 0; at < file.length;) {
    const found = readFrame(file, at);
    if (found !== undefined) frames.push(found.frame);
    at = found?.end ?? at + ALIGNMENT;
  }
  return frames;
}
