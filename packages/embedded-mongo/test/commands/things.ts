import { ObjectId, type Collection, type Db } from 'mongodb';
import type { TestEngine } from '../kit.js';

export interface Thing {
  _id: number;
  a?: number;
  b?: string;
  tags?: string[];
}

/** A database of its own with four things in it. */
export async function freshThings(engine: TestEngine): Promise<{ db: Db; things: Collection<Thing> }> {
  const db = engine.client.db(`crud${new ObjectId().toHexString()}`);
  const things = db.collection<Thing>('things');
  await things.insertMany([
    { _id: 1, a: 3, b: 'x', tags: ['red', 'blue'] },
    { _id: 2, a: 1, b: 'y' },
    { _id: 3, a: 2, b: 'x', tags: ['blue'] },
    { _id: 4, b: 'z' },
  ]);
  return { db, things };
}

export const idsOf = async (found: Promise<readonly Thing[]>): Promise<unknown[]> =>
  (await found).map(({ _id }) => _id);
