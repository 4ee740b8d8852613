import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { decodeSequence, SEQUENCE_KEY } from '../disk-snapshot.js';
import { JOURNAL_FILES, readJournal } from '../journal/read.js';
import { EPOCH_KEY, readEpoch } from '../journal/recover.js';
import type { Key } from '../keys.js';
import { isIntact, isSealed, seal, unseal } from '../seal.js';
import type { Salvage } from './salvage.js';

/** Has what a folder's journal holds beyond its data file count as part of that, as far as either can be read. */
export function layJournalOver(folder: string, salvage: Salvage, problem: (text: string) => void): void {
  const sequence = recordOf(salvage, SEQUENCE_KEY);
  const epoch = recordOf(salvage, EPOCH_KEY);
  const written = sequence === undefined ? undefined : decodeSequence(sequence);
  const { frames, gaps } = readJournal(folder, epoch === undefined ? undefined : readEpoch(epoch), written);
  for (const after of gaps) {
    problem(`the journal is damaged: changes after number ${String(after)} are lost, later ones are not`);
  }
  const changes = new Map<Key, Uint8Array | null>();
  for (const [key, value] of frames.flatMap((frame) => frame.changes)) {
    changes.set(key, value !== null && isSealed(key) ? seal(key, value) : value);
  }
  salvage.layOver(changes);
}

/** Keeps the journal beside the old data file, where no engine takes it for one. */
export function putJournalAside(folder: string, keptAs: string): void {
  for (const name of JOURNAL_FILES) {
    const path = join(folder, name);
    if (existsSync(path)) renameSync(path, join(folder, `${keptAs}.${name}`));
  }
}

function recordOf(salvage: Salvage, wanted: Key): Uint8Array | undefined {
  let record: Uint8Array | undefined;
  salvage.entries(wanted, `${wanted}\0`, (key, stored) => {
    if (key === wanted && isIntact(key, stored)) record = Buffer.from(unseal(key, stored));
  });
  return record;
}
