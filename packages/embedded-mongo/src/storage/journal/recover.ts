import { statSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '../../errors.js';
import type { Disk } from '../disk.js';
import { checkFormat } from '../format.js';
import { type Key, prefixOf, RESERVED } from '../keys.js';
import { COPIES } from '../space.js';
import { Journal } from './journal.js';
import { hasJournal, JOURNAL_FILES, readJournal } from './read.js';

/** Where the data file keeps the epoch whose frames go on from it. */
export const EPOCH_KEY: Key = prefixOf(0, RESERVED.journal);

/** The epoch that a record tells; 0 where there is none. */
export function readEpoch(record: Uint8Array | undefined): number {
  return record === undefined ? 0 : Buffer.from(record).readUInt32BE();
}

/** The disk space, in bytes, that has to be free for a folder's journal to be brought into the data file. */
export function roomToRecover(folder: string): number {
  const sizes = JOURNAL_FILES.map(
    (name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0,
  );
  return COPIES * sizes.reduce((sum, size) => sum + size, 0);
}

/**
 * Brings what a folder's journal holds into the data file, and opens the journal for more. Throws
 * DataCorruptionDetected, and changes nothing, where frames are missing in between, and where the format is newer.
 */
export function recoverJournal(folder: string, disk: Disk): Journal {
  const snapshot = disk.snapshot();
  // A newer format may have another journal, which must not be touched.
  checkFormat(snapshot);
  const record = snapshot.get(EPOCH_KEY);
  const epoch = readEpoch(record);
  const written = snapshot.sequence;
  snapshot.release();
  // LMDB does not sync a new file before its first commit: a journal without a data file would be worth nothing.
  if (record === undefined) disk.writeAtOnce(new Map([[EPOCH_KEY, encodeEpoch(epoch)]]));
  if (!hasJournal(folder)) return Journal.open(folder, epoch);
  const { frames, gaps } = readJournal(folder, epoch, written);
  if (gaps.length > 0) {
    throw new EngineError(
      'DataCorruptionDetected',
      'the journal is damaged: changes are missing between others that are there; try --repair',
    );
  }
  const changes = new Map(frames.flatMap((frame) => frame.changes));
  // What is left of the old epoch may follow on what is written next by mere chance: it must not count any more.
  changes.set(EPOCH_KEY, encodeEpoch(epoch + 1));
  disk.writeAtOnce(changes);
  return Journal.open(folder, epoch + 1);
}

function encodeEpoch(epoch: number): Uint8Array {
  const record = Buffer.alloc(4);
  record.writeUInt32BE(epoch);
  return record;
}
