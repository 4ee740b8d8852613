import { jest } from '@jest/globals';
import type { Collection, ReadConcernLike } from 'mongodb';
import { Journal } from '../../src/storage/journal/journal.js';
import { eventually, startLimited, type LimitedEngine } from './limited-engine.js';

interface Row {
  _id: number;
  n: number;
}

let limited: LimitedEngine;
let rows: Collection<Row>;
let letGo = (): void => undefined;

beforeAll(async () => {
  limited = await startLimited({});
});

beforeEach(async () => {
  rows = limited.client.db('flushed').collection('rows');
  await rows.deleteMany({});
  await rows.insertOne({ _id: 1, n: 1 });
});

afterEach(() => {
  letGo();
  jest.restoreAllMocks();
});

afterAll(async () => {
  await limited.stop();
});

/** From now on nothing reaches the disk, until `letGo` is called. */
function holdBack(): void {
  const append: Journal['append'] = Reflect.get(Journal.prototype, 'append');
  const gate = new Promise<void>((resolve) => (letGo = resolve));
  jest.spyOn(Journal.prototype, 'append').mockImplementation(async function (this: Journal, ...given) {
    await gate;
    await append.apply(this, given);
  });
}

/** What each kind of read shows of the one value. */
async function seen(readConcern: ReadConcernLike): Promise<unknown[]> {
  return [
    (await rows.findOne({ _id: 1 }, { readConcern }))?.n,
    (await rows.find({ n: { $gt: 0 } }, { readConcern }).toArray())[0]?.n,
    (await rows.aggregate<Row>([{ $group: { _id: null, n: { $sum: '$n' } } }], { readConcern }).toArray())[0]
      ?.n,
    (await rows.distinct('n', {}, { readConcern }))[0],
    await rows.countDocuments({ n: 1 }, { readConcern }),
  ];
}

describe('while a write is published and not on disk yet', () => {
  it('local reads show it; majority and linearizable ones show what is on disk', async () => {
    holdBack();
    const writing = rows.updateOne({ _id: 1 }, { $set: { n: 2 } });
    await eventually(async () => (await rows.findOne({ _id: 1, n: 2 })) ?? undefined);
    expect(await seen({ level: 'local' })).toEqual([2, 2, 2, 2, 0]);
    expect(await seen({ level: 'majority' })).toEqual([1, 1, 1, 1, 1]);
    expect(await seen({ level: 'linearizable' })).toEqual([1, 1, 1, 1, 1]);
    letGo();
    await writing;
    expect(await seen({ level: 'majority' })).toEqual([2, 2, 2, 2, 0]);
    expect(await seen({ level: 'linearizable' })).toEqual([2, 2, 2, 2, 0]);
  });

  it('a transaction that has read it is not committed before it is on disk', async () => {
    holdBack();
    const writing = rows.updateOne({ _id: 1 }, { $set: { n: 2 } });
    await eventually(async () => (await rows.findOne({ _id: 1, n: 2 })) ?? undefined);
    const ended: string[] = [];
    await limited.client.withSession(async (session) => {
      session.startTransaction({ readConcern: { level: 'snapshot' }, writeConcern: { w: 'majority' } });
      expect(await rows.findOne({ _id: 1 }, { session })).toEqual({ _id: 1, n: 2 });
      const committing = session.commitTransaction().then(() => ended.push('commit'));
      for (let turn = 0; turn < 20; turn += 1) await limited.client.db('admin').command({ ping: 1 });
      ended.push('let go');
      letGo();
      await Promise.all([writing, committing]);
    });
    expect(ended).toEqual(['let go', 'commit']);
  });
});
