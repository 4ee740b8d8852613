import { openLedger, type Ledger } from '../../bench/ledger.js';
import { Caller, type Answered } from './caller.js';
import { startFaultyDatabase, type FaultyDatabase } from './faulty-database.js';
import { MongoClient } from 'mongodb';

let database: FaultyDatabase;
let ledger: Ledger;
beforeAll(async () => {
  database = await startFaultyDatabase(2);
  ledger = await openLedger(database.services.origins[0] ?? '', 2);
});
afterAll(() => database.stop());

/** How many events of an account have a description. */
async function recorded(account_id: string, description: string): Promise<number> {
  const client = await MongoClient.connect(database.databaseUri);
  try {
    return await client.db().collection('transactions').countDocuments({ account_id, description });
  } finally {
    await client.close();
  }
}

const callers = (connections = 1): [Caller, Caller] => {
  const [one = '', two = ''] = database.services.origins;
  return [new Caller(one, ledger.token, connections), new Caller(two, ledger.token, connections)];
};

const transactionOf = ({ body }: Answered): unknown => (body['transaction'] as { id: string }).id;

describe('an idempotency key', () => {
  it('fifty times at once, to two services: one event, one answer', async () => {
    const [account = ''] = ledger.accounts;
    const pair = callers(25);
    // Where this process stands still between two of them, the first may be over before the second is sent: then again.
    for (let round = 0, met = false; !met; round += 1) {
      const name = `fifty ${round}`;
      const send = (index: number) =>
        pair[index % 2 ? 1 : 0].post(`/accounts/${account}/deposits`, { amount: 1, description: name }, name);
      const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => send(index)));
      const codes = new Set(answers.map((answer) => answer?.body['code'] ?? answer?.status));
      met = codes.delete('idempotency_in_flight');
      expect(codes).toEqual(new Set([201]));
      const made = answers.filter((answer) => answer?.status === 201 && !answer.isReplay);
      expect(made).toHaveLength(1);
      expect(await recorded(account, name)).toBe(1);
      for (const index of [0, 1]) {
        const again = await send(index);
        expect([again?.status, again?.isReplay]).toEqual([201, true]);
        expect(again?.body).toEqual(made[0]?.body);
      }
    }
    for (const caller of pair) caller.close();
  });

  it.each([
    ['deposits', { amount: 2 }],
    ['moves', { from_id: 0, to_id: 1, amount: 3 }],
    ['transfers', { amount: 4 }],
    ['undo', {}],
    ['redo', {}],
    ['batch', { commands: [{ command: 'deposit', amount: 5 }] }],
  ] as const)(
    'of POST …/%s finds what was made when kill -9 comes between commit and answer',
    async (route, body) => {
      const [account = '', other = ''] = ledger.accounts;
      const sent = {
        ...body,
        ...(route === 'transfers' && { to_account_id: other }),
        ...(route !== 'batch' && { description: `killed ${route}` }),
      };
      const path = `/accounts/${account}/${route}`;
      const before = await counted();
      const committed = new Promise<void>((resolve) => {
        database.proxy.fateOf = (command) => {
          if (command !== 'commitTransaction') return 'pass';
          resolve();
          return 'hold';
        };
      });
      const [one] = callers();
      const lost = one.post(path, sent, `killed ${route}`);
      await committed;
      await database.services.at(0).kill9();
      expect(await lost).toBeUndefined();
      const made = (await counted()) - before;
      expect(made).toBeGreaterThan(0);
      database.proxy.fateOf = () => 'pass';
      await database.services.launch(0);
      for (const caller of callers()) {
        const again = await caller.post(path, sent, `killed ${route}`);
        expect([again?.status, again?.isReplay]).toEqual([201, true]);
        if (route !== 'batch' && again) expect(transactionOf(again)).toMatch(/^tx_/);
        caller.close();
      }
      expect((await counted()) - before).toBe(made);
      one.close();
    },
    600_000,
  );
});

/** How many events there are. */
async function counted(): Promise<number> {
  const client = await MongoClient.connect(database.databaseUri);
  try {
    return await client.db().collection('transactions').countDocuments();
  } finally {
    await client.close();
  }
}
