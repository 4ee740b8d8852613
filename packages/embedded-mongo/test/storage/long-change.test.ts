import { jest } from '@jest/globals';
import { inSlices, Slice } from '../../src/storage/long-change.js';
import { prefixOf } from '../../src/storage/keys.js';
import { patient } from '../../src/storage/waiting.js';
import { cleanUp, openStore } from './store-kit.js';

const MB = 1024 * 1024;
const SLICES = 8;
/** More than a megabyte, as the space guard counts. */
const ENTRIES = 300;

afterEach(cleanUp);

describe('a long change', () => {
  it('keeps behind the disk while a transaction is open, so that no batch is long', async () => {
    const store = openStore();
    const transaction = store.begin();
    const waiting: number[] = [];
    await inSlices(store, patient, () =>
      store.writeOnce((own) => {
        waiting.push(store.waitingBytes);
        for (let n = 0; n < ENTRIES; n += 1) {
          own.put(`${prefixOf(9, 1)}${String(waiting.length)}.${String(n)}`, Uint8Array.of(1));
        }
        return waiting.length < SLICES;
      }),
    );
    transaction.end();
    expect(waiting).toHaveLength(SLICES);
    expect(Math.max(...waiting)).toBeLessThanOrEqual(MB);
  });

  it('has its slices ended by the clock', () => {
    jest.useFakeTimers();
    try {
      const slice = new Slice();
      expect(slice.isOver()).toBe(false);
      jest.advanceTimersByTime(2);
      expect(slice.isOver()).toBe(true);
    } finally {
      jest.useRealTimers();
    }
  });
});
