import { jest } from '@jest/globals';
import { Operations } from '../../src/sessions/operations.js';

const connection = {
  id: 1,
  address: 'here',
  peer: 'nobody',
  closed: new AbortController().signal,
  hasGone: false,
  counts: { current: 1, available: 1, totalCreated: 1 },
  close: () => undefined,
};

const begin = () =>
  new Operations().begin({ connection, db: 'db', name: 'drop', body: new Map(), levels: 1 });

describe('an operation that waits', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('does not take a timer that fires too early for what it waits for', async () => {
    const clock = jest.spyOn(performance, 'now').mockReturnValue(0);
    const operation = begin();
    operation.limitTo(500);
    const real = setTimeout;
    const early = jest.spyOn(globalThis, 'setTimeout');
    early.mockImplementationOnce((wake) => real(wake, 0));
    early.mockImplementationOnce((wake) => {
      clock.mockReturnValue(500);
      return real(wake, 0);
    });
    await expect(operation.until(new Promise(() => undefined))).rejects.toThrow('exceeded time limit');
    expect(early.mock.calls.length).toBeGreaterThan(1);
  });

  it('goes on when that has happened, however it ended', async () => {
    const operation = begin();
    operation.limitTo(60_000);
    await operation.until(Promise.resolve());
    await expect(operation.until(Promise.reject(new Error('lost')))).rejects.toThrow('lost');
  });
});
