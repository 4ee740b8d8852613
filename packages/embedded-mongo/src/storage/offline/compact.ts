import { Catalogue } from '../catalogue.js';
import { checkInProcess } from '../check/process.js';
import { linesOf } from '../check/report.js';
import { Disk } from '../disk.js';
import type { DiskSnapshot } from '../disk-snapshot.js';
import { allIndexes } from '../insertion-order.js';
import { hasJournal } from '../journal/read.js';
import { recoverJournal, roomToRecover } from '../journal/recover.js';
import { prefixOf, type Key } from '../keys.js';
import { Overlay } from '../overlay.js';
import { isOwnRecord } from '../seal.js';
import { SpaceGuard } from '../space.js';
import { PublishedView } from '../view.js';
import { dataFileSize, replaceDataFile } from './replace-file.js';

/** So many entries, or bytes, are written at once. */
const BATCH_ENTRIES = 20_000;
const BATCH_BYTES = 32 * 1024 * 1024;

/** Before every key, and after every key: no collection has the last number. */
const FIRST_KEY: Key = prefixOf(0, 0);
const AFTER_ALL_KEYS: Key = '\xff'.repeat(8);

export interface CompactOutcome {
  /** The data file's size in bytes. */
  readonly before: number;
  readonly after: number;
}

/**
 * Writes a stopped folder's data anew, without free pages and without what is left of collections and indexes that are
 * gone, and puts it in the old file's place. Throws, and changes
 * nothing, where the data is damaged or the disk has no room for both. The caller holds the folder's lock.
 */
export async function compactFolder(folder: string): Promise<CompactOutcome> {
  const before = dataFileSize(folder);
  SpaceGuard.checkOpening(folder);
  const report = await checkInProcess(folder, undefined);
  if (report.refusal !== undefined) throw new Error(report.refusal);
  const [damage] = linesOf(report);
  if (damage !== undefined) {
    throw new Error(`the data is damaged and was left as it is; run embedded-mongo --repair (${damage})`);
  }
  await settleJournal(folder);
  await replaceDataFile(folder, async (newFolder) => {
    const from = Disk.openToRead(folder);
    const to = Disk.open(newFolder, undefined, before);
    const copied = await copyAll(from, to);
    await from.close();
    const snapshot = to.snapshot();
    let found = 0;
    for (let step = iterate(snapshot), next = step.next(); next.done !== true; next = step.next()) found += 1;
    snapshot.release();
    await to.close();
    if (found !== copied) throw new Error(`the copy has ${String(found)} of ${String(copied)} entries`);
  });
  return { before, after: dataFileSize(folder) };
}

/** Brings into the data file what is in the journal of a folder that was not closed. */
async function settleJournal(folder: string): Promise<void> {
  if (!hasJournal(folder)) return;
  const disk = Disk.open(folder, undefined, roomToRecover(folder));
  recoverJournal(folder, disk).remove();
  await disk.close();
}

const iterate = (snapshot: ReturnType<Disk['snapshot']>): Iterator<{ key: Key; value: Uint8Array }> =>
  snapshot.range(FIRST_KEY, AFTER_ALL_KEYS);

async function copyAll(from: Disk, to: Disk): Promise<number> {
  const snapshot = from.snapshot();
  const isKept = keptOf(snapshot.retain());
  const entries = iterate(snapshot);
  let copied = 0;
  let batch: [Key, Uint8Array][] = [];
  let bytes = 0;
  for (let step = entries.next(); step.done !== true; step = entries.next()) {
    if (!isKept(step.value.key)) continue;
    batch.push([step.value.key, Buffer.from(step.value.value)]);
    bytes += step.value.value.byteLength;
    if (batch.length < BATCH_ENTRIES && bytes < BATCH_BYTES) continue;
    await to.append(batch);
    copied += batch.length;
    batch = [];
    bytes = 0;
  }
  await to.append(batch);
  snapshot.release();
  return copied + batch.length;
}

/** Which entries are the engine's own records, or belong to a collection or an index that is there. */
function keptOf(snapshot: DiskSnapshot): (key: Key) => boolean {
  const view = new PublishedView(snapshot, snapshot.sequence, new Overlay(), () => snapshot.release());
  const { live } = new Catalogue().load(view);
  view.release();
  const kept = new Set(live.flatMap(allIndexes).map(({ prefix }) => prefix));
  const { length } = FIRST_KEY;
  return (key) => isOwnRecord(key) || kept.has(key.slice(0, length));
}
