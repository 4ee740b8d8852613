import { setTimeout as pause } from 'node:timers/promises';

import { MongoClient, type Db, type Document } from 'mongodb';

import { startCommandBeside } from '../kit/operator-command.js';
import { startService, type Ended, type TestService } from '../kit/service.js';

const TRANSACTIONS = 2_000;
const BATCH = 1_000;

type Stored = Document & { readonly _id: string };

let service: TestService;
let client: MongoClient;
let db: Db;
let token: string;
let account: string;
beforeAll(async () => {
  service = await startService();
  client = await MongoClient.connect(service.database);
  db = client.db();
  ({ token } = await service.signUp());
  const made = await ask('POST', '/accounts', { name: 'Long', opening_balance: 10 });
  account = String(made['id']);
  await ask('POST', `/accounts/${account}/envelopes`, { names: ['Food', 'Rent'] });
  for (let from = 0; from < TRANSACTIONS; from += BATCH) {
    const commands = Array.from({ length: BATCH }, (_, index) => ({
      ...{ command: 'deposit', envelope_id: index % 3, amount: 1 },
      effective_on: `2026-0${1 + (index % 3)}-1${index % 10}`,
    }));
    await ask('POST', `/accounts/${account}/batch`, { commands });
  }
  await ask('POST', `/accounts/${account}/undo`);
});
afterAll(async () => {
  await client.close();
  await service.stop();
});

async function ask(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const answer = await service.api(method, path, { token, body });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** Starts an operator's command on the service's data. */
const start = (program: string, ...args: string[]) => startCommandBeside(service, program, args);

const run = (program: string, ...args: string[]): Promise<Ended> => start(program, ...args).ended;

/** The account's read models but for their generation, which all of them share. */
async function readModels(): Promise<{ generation: unknown; register: Document[]; totals: Document[] }> {
  const stored = await db.collection<Stored>('accounts').findOne({ _id: account });
  const of = async (name: string): Promise<Document[]> => {
    const found = await db
      .collection<Stored>(name)
      .find({ account_id: account })
      .sort({ seq: 1, envelope_id: 1, month: 1 })
      .toArray();
    expect(new Set(found.map(({ generation }) => generation as number))).toEqual(
      new Set([stored?.['generation']]),
    );
    return found.map(({ _id, generation: _generation, ...rest }) => rest);
  };
  return {
    generation: stored?.['generation'],
    register: await of('register'),
    totals: await of('totals'),
  };
}

/** As if the process that rebuilt last had not been heard of for a minute. */
async function forgetTheRebuild(): Promise<void> {
  const minuteAgo = new Date(Date.now() - 60_000);
  await db.collection('rebuilds').updateOne({}, { $set: { touched_at: minuteAgo } });
}

describe('ledger:verify', () => {
  it('ends with 0 when all is well, and says so', async () => {
    const { code, stdout } = await run('ledger-verify');
    expect(stdout).toContain('All is well: 1 accounts');
    expect(code).toBe(0);
  });

  it('ends with 1 and names the account and the event that was edited', async () => {
    const events = db.collection<Stored>('transactions');
    await events.updateOne({ account_id: account, seq: 7 }, { $set: { description: 'forged' } });
    const { code, stdout } = await run('ledger-verify');
    await events.updateOne({ account_id: account, seq: 7 }, { $set: { description: '' } });
    expect(stdout).toContain(`${account}: event 7 was edited`);
    expect(code).toBe(1);
  });

  it('ends with 1 and names the row of the register that differs', async () => {
    const rows = db.collection<Stored>('register');
    const row = await rows.findOneAndUpdate({ account_id: account, seq: 9 }, { $inc: { balance_minor: 1 } });
    const { code, stdout } = await run('ledger-verify');
    await rows.updateOne({ account_id: account, seq: 9 }, { $inc: { balance_minor: -1 } });
    expect(stdout).toContain(String(row?._id));
    expect(code).toBe(1);
  });

  it('ends with 2 and says what it does not know', async () => {
    const { code, stdout, stderr } = await run('ledger-verify', '--quick');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe('The check could not be done: it has no argument --quick\n');
  });
});

describe('projections:rebuild', () => {
  it('ends with 0 and the same read models in the next generation', async () => {
    const before = await readModels();
    const { code, stdout } = await run('projections-rebuild');
    expect(stdout).toContain('Rebuilt the read models of 1 of 1 accounts.');
    expect(code).toBe(0);
    const after = await readModels();
    expect(after).toEqual({ ...before, generation: Number(before.generation) + 1 });
  });

  it('ends with 1, names the account whose log is not whole, and leaves it as it is', async () => {
    const before = await readModels();
    const events = db.collection<Stored>('transactions');
    const taken = await events.findOneAndDelete({ account_id: account, seq: 11 });
    if (!taken) throw new Error('There is no event 11');
    const { code, stdout } = await run('projections-rebuild');
    await events.insertOne(taken);
    expect(stdout).toContain(`Not rebuilt: ${account}: event 11 is missing`);
    expect(code).toBe(1);
    expect(await readModels()).toEqual(before);
  });

  it('ends with 2 with an argument, or while another process is at it', async () => {
    const argued = await run('projections-rebuild', 'all');
    expect([argued.code, argued.stderr]).toEqual([
      2,
      'The rebuild could not be done: it has no argument all\n',
    ]);
    const rebuilds = db.collection<Stored>('rebuilds');
    await rebuilds.insertOne({ _id: 'read models', owner: 'other', touched_at: new Date(), after: '' });
    const second = await run('projections-rebuild');
    await rebuilds.deleteOne({ _id: 'read models' });
    expect(second.code).toBe(2);
    expect(second.stderr).toContain('Another process rebuilds');
  });

  it('killed at its work, and run again, leaves the same read models and nothing else', async () => {
    const before = await readModels();
    // A rebuild that was over before it was killed is followed by another.
    for (let generation = Number(before.generation) + 1, isCut = false; !isCut; generation += 1) {
      const cut = start('projections-rebuild');
      const next = { account_id: account, generation };
      while ((await db.collection('register').countDocuments(next, { limit: 1 })) === 0) await pause(5);
      cut.child.kill('SIGKILL');
      const { code, signal } = await cut.ended;
      isCut = signal === 'SIGKILL';
      if (!isCut) expect(code).toBe(0);
    }
    await forgetTheRebuild();
    const { code, stdout } = await run('projections-rebuild');
    expect([code, stdout]).toEqual([0, expect.stringContaining('of 1 of 1 accounts.')]);
    const { generation: _before, ...models } = before;
    const { generation: _after, ...again } = await readModels();
    expect(again).toEqual(models);
    expect((await run('ledger-verify')).code).toBe(0);
  });

  it('leaves nothing out that is recorded meanwhile', async () => {
    const { total } = await ask('GET', `/accounts/${account}/transactions?page_size=1`);
    const rebuild = start('projections-rebuild');
    let ended = false;
    void rebuild.ended.finally(() => (ended = true));
    let recorded = 0;
    const post = async (): Promise<void> => {
      for (; !ended; recorded += 1) {
        await ask('POST', `/accounts/${account}/deposits`, { envelope_id: recorded % 3, amount: 1 });
      }
    };
    await Promise.all([post(), post(), post()]);
    expect((await rebuild.ended).code).toBe(0);
    expect(recorded).toBeGreaterThan(0);
    const after = await ask('GET', `/accounts/${account}/transactions?page_size=1`);
    expect(after['total']).toBe(Number(total) + recorded);
    const { code, stdout } = await run('ledger-verify');
    expect([code, stdout]).toEqual([0, expect.stringContaining('All is well')]);
  });
});
