import type { checkInProcess as CheckInProcess } from '../../src/storage/check/process.js';
import type { Disk as DiskType } from '../../src/storage/disk.js';
import type { Store as StoreType } from '../../src/storage/store.js';
import { stores } from './store-kit.js';

/** Storage as built, not as the tests compile it: the process that checks a folder is another program. */
export const BUILT = '../../dist/storage/';

const { Store } = (await import(`${BUILT}store.js`)) as { Store: typeof StoreType };
export const { Disk } = (await import(`${BUILT}disk.js`)) as { Disk: typeof DiskType };
export const { checkInProcess } = (await import(`${BUILT}check/process.js`)) as {
  checkInProcess: typeof CheckInProcess;
};

/** Opens a folder with the store as built; `cleanUp` closes it. */
export function openBuiltStore(folder: string): StoreType {
  const { store } = Store.open(folder, {
    onFatal: (error) => {
      throw error;
    },
  });
  stores.add(store);
  return store;
}
