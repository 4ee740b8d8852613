import { setTimeout as wait } from 'node:timers/promises';

import { AccountTurns } from '../../src/event-store/account-turns.js';
import { retryConflicts, VersionConflict } from '../../src/event-store/conflicts.js';
import { Problem } from '../../src/kernel/problem.js';

describe('the turns of an account', () => {
  it('come one after the other, in the order asked for, failures included', async () => {
    const turns = new AccountTurns(10);
    const seen: string[] = [];
    const work = (name: string) => async () => {
      seen.push(`${name} begins`);
      await wait(1);
      seen.push(`${name} ends`);
      if (name === 'b') throw new Error('b fails');
      return name;
    };
    const all = await Promise.allSettled(['a', 'b', 'c'].map((name) => turns.take('acc_1', work(name))));
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
    expect(turns.length).toBe(0);
  });

  it('of two accounts go on beside each other', async () => {
    const turns = new AccountTurns(10);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const first = turns.take('acc_1', () => held);
    await expect(turns.take('acc_2', () => Promise.resolve('done'))).resolves.toBe('done');
    release();
    await first;
  });

  it('are bounded over all accounts: one too many is refused at once, room comes back', async () => {
    const turns = new AccountTurns(2);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const waiting = [turns.take('acc_1', () => held), turns.take('acc_2', () => held)];
    const refused = await turns.take('acc_3', () => Promise.resolve()).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Problem);
    expect(refused).toMatchObject({ code: 'service_unavailable', status: 503 });
    release();
    await Promise.all(waiting);
    await expect(turns.take('acc_3', () => Promise.resolve('room'))).resolves.toBe('room');
  });
});

describe('version conflicts', () => {
  it('are tried again until one attempt gets through', async () => {
    let attempts = 0;
    const result = await retryConflicts(() => {
      attempts += 1;
      return attempts < 4 ? Promise.reject(new VersionConflict('late')) : Promise.resolve('through');
    });
    expect([result, attempts]).toEqual(['through', 4]);
  });

  it('end in service_unavailable when there are too many', async () => {
    let attempts = 0;
    const failed = await retryConflicts(() => {
      attempts += 1;
      return Promise.reject(new VersionConflict('late'));
    }).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'service_unavailable' });
    expect(attempts).toBe(10);
  });

  it('are the only errors that are tried again', async () => {
    let attempts = 0;
    const failing = retryConflicts(() => {
      attempts += 1;
      return Promise.reject(new Error('else'));
    });
    await expect(failing).rejects.toThrow('else');
    expect(attempts).toBe(1);
  });
});
