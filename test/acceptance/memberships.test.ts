import { setTimeout as pause } from 'node:timers/promises';

import { MongoClient, type Db, type Document } from 'mongodb';

import { startService, type SignedUp, type TestService } from '../kit/service.js';

/** Far longer than a membership is believed: a machine with other work may stand still. */
const PATIENCE_MS = 60_000;

type Stored = Document & { readonly _id: string };

let service: TestService;
let client: MongoClient;
let db: Db;
beforeAll(async () => {
  service = await startService();
  client = await MongoClient.connect(service.database);
  db = client.db();
});
afterAll(async () => {
  await client.close();
  await service.stop();
});

const asked = async ({ token }: SignedUp) => {
  const { status, body } = await service.api('GET', '/accounts', { token });
  return [status, body['code']];
};

/** Asks until the answer is another one than the usual, which no answer in between may be; gives it. */
async function until(user: SignedUp, others: (answer: unknown[]) => boolean): Promise<unknown[]> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await asked(user);
    if (others(answer)) return answer;
    expect(answer).toEqual([200, undefined]);
    if (Date.now() > deadline) throw new Error('It is still believed');
    await pause(100);
  }
}

const notOk = ([status]: unknown[]): boolean => status !== 200;

describe('who is no member any more', () => {
  it('by another process than this one, is soon found not to be: 404, as for a household that is not there', async () => {
    const user = await service.signUp();
    expect(await asked(user)).toEqual([200, undefined]);
    const memberships = db.collection<Stored>('memberships');
    const taken = await memberships.findOneAndDelete({ user_id: user.id });
    if (!taken) throw new Error('There is no membership');
    expect(await until(user, notOk)).toEqual([404, 'not_found']);
    expect(await asked(user)).toEqual([404, 'not_found']);
    const write = { token: user.token, body: { name: 'Not any more' } };
    expect((await service.api('POST', '/accounts', write)).status).toBe(404);
    expect(await db.collection('accounts').countDocuments({ household_id: user.household_id })).toBe(0);
    await memberships.insertOne(taken);
    // That somebody is none is not kept.
    expect(await asked(user)).toEqual([200, undefined]);
  });

  it('has no effect on the others', async () => {
    const [gone, there] = [await service.signUp(), await service.signUp()];
    await db.collection('memberships').deleteOne({ user_id: gone.id });
    expect(await until(gone, notOk)).toEqual([404, 'not_found']);
    expect(await asked(there)).toEqual([200, undefined]);
  });

  it('and is no user either, is told to log in: 401', async () => {
    const user = await service.signUp();
    expect(await asked(user)).toEqual([200, undefined]);
    await db.collection<Stored>('users').deleteOne({ _id: user.id });
    expect(await until(user, notOk)).toEqual([401, 'unauthorized']);
  });
});
