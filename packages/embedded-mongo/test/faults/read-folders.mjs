/**
 * Looks at data folders, or repairs them, with the engine as built, and tells its parent what came of it. Arguments:
 * `look` or `repair`, then the folders. A damaged file may end this process: the parent sees how far it got.
 */
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { checkFolder } from '../../dist/storage/check/folder.js';
import { linesOf } from '../../dist/storage/check/report.js';
import { repairFolder } from '../../dist/storage/offline/repair.js';
import { readDocument, scanDocuments, scanIndex } from '../../dist/storage/reading.js';
import { Store } from '../../dist/storage/store.js';

const tell = (message) => new Promise((resolve) => process.send(message, undefined, undefined, resolve));

/** Every document that a scan, a search by id or an index gives, as `collection:digest`; errors end one way only. */
async function readAll(folder) {
  const documents = [];
  const errors = [];
  const attempt = (action) => {
    try {
      return action();
    } catch (error) {
      errors.push(String(error));
      return undefined;
    }
  };
  const opened = attempt(() => Store.open(folder, { onFatal: (error) => errors.push(String(error)) }));
  if (opened === undefined) return { documents, errors };
  const { store } = opened;
  const view = store.latest();
  for (const collection of store.catalogue.list()) {
    const keep = (bytes) => {
      if (bytes !== undefined)
        documents.push(`${collection.ns}:${createHash('sha1').update(bytes).digest('hex')}`);
    };
    attempt(() => {
      for (const { bytes, idKey } of scanDocuments(view, collection)) {
        keep(bytes);
        keep(attempt(() => readDocument(view, collection, idKey)));
      }
    });
    for (const index of collection.indexes.slice(1)) {
      attempt(() => {
        for (const { idKey } of scanIndex(view, index))
          keep(attempt(() => readDocument(view, collection, idKey)));
      });
    }
  }
  view.release();
  await store.close();
  return { documents, errors };
}

const attemptCheck = async (folder) => {
  const aside = join(folder, 'aside');
  // A process that ended here before has left it.
  rmSync(aside, { recursive: true, force: true });
  try {
    return linesOf(await checkFolder({ folder, aside }, () => undefined));
  } catch (error) {
    return [String(error)];
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
};

async function look(folder) {
  await tell({ folder, phase: 'check' });
  const found = await attemptCheck(folder);
  await tell({ folder, phase: 'read', found });
  const { documents, errors } = await readAll(folder);
  await tell({ folder, phase: 'done', documents, errors });
}

async function repair(folder) {
  await tell({ folder, phase: 'repair' });
  try {
    const { problems } = await repairFolder(folder);
    await tell({ folder, phase: 'repaired', problems });
    const left = await attemptCheck(folder);
    await tell({ folder, phase: 'done', left, kept: (await readAll(folder)).documents });
  } catch (error) {
    await tell({ folder, phase: 'done', reason: String(error) });
  }
}

const [task, ...folders] = process.argv.slice(2);
for (const folder of folders) await (task === 'repair' ? repair : look)(folder);
process.exit(0);
