import { isDeepStrictEqual } from 'node:util';

import type { DayRun } from '../domain/day-run.js';
import type { AccountDocument } from './account-document.js';
import type { StoredRow } from './stored-row.js';

/**
 * Whether a stored row is as the events make it. What it tells of its run only saves reading, so that it may tell of none
 * or of a later part: rows were there, and accounts had versions, before runs were told.
 */
export function isRow({ run_seq: told, ...stored }: StoredRow, made: StoredRow): boolean {
  const { run_seq: first = null, ...rest } = made;
  if (!isDeepStrictEqual(stored, rest)) return false;
  return told === undefined || (isPlace(told, first) && told <= stored.seq);
}

/** Whether the run that an account tells of is its last one, or a part of that, or out of date: then nobody uses it. */
export function isRun({ run, run_version, version }: AccountDocument, made: DayRun | null): boolean {
  if (run === undefined || run === null) return true;
  if (run_version === undefined || run_version < version) return true;
  const first = made?.effective_on === run.effective_on ? made.first_seq : null;
  return run_version === version && isPlace(run.first_seq, first) && run.first_seq <= version;
}

const isPlace = (told: unknown, first: number | null): told is number =>
  typeof told === 'number' && first !== null && told >= first;
