import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { Engine } from '../../src/engine.js';
import { WireServer } from '../../src/wire/server.js';
import { failure } from './failure.js';
import { eventually } from './limited-engine.js';

it('an engine that is closed ends what still reads, waits for it, and loses nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'engine-'));
  const faults: unknown[] = [];
  const onFault = (error: unknown): void => {
    faults.push(error);
  };
  const options = { onFatal: onFault, onFault };
  const engine = await Engine.open(folder, options);
  const server = new WireServer((request) => engine.run(request), options);
  const client = await MongoClient.connect(
    `mongodb://${await server.listen({ port: 0 })}/?directConnection=true&retryReads=false`,
  );
  const rows = client.db('shop').collection<{ _id: number }>('rows');
  await rows.insertMany(Array.from({ length: 3_000 }, (_, _id) => ({ _id })));
  const crossed = rows.aggregate([
    {
      $lookup: {
        from: 'rows',
        let: { id: '$_id' },
        pipeline: [{ $match: { $expr: { $eq: [{ $add: ['$n', 1] }, '$$id'] } } }],
        as: 'found',
      },
    },
    { $count: 'n' },
  ]);
  const slow = { $expr: { $gt: [{ $size: { $range: [0, 20_000] } }, 0] } };
  const updated = rows.updateMany(slow, { $inc: { n: 1 } });
  const failures = Promise.all([failure(crossed.toArray()), failure(updated)]);
  await eventually(async () => (engine.operations.list().length === 2 ? true : undefined));
  const written = engine.store.publishedSequence;
  await engine.close();
  expect(faults).toEqual([]);
  expect((await failures).map(({ code }) => code)).toEqual([11600, 11600]);
  await client.close();
  await server.close();
  const again = await Engine.open(folder, options);
  expect(again.store.publishedSequence).toBeGreaterThanOrEqual(written);
  expect(again.store.counts.count(again.store.catalogue.find('shop.rows')?.indexes[0]?.prefix ?? '')).toBe(
    3_000,
  );
  await again.close();
  await rm(folder, { recursive: true, force: true });
  expect(faults).toEqual([]);
});
