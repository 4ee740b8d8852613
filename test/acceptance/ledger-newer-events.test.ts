import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { MongoClient, type Collection } from 'mongodb';

import { forgeLog, type Stored } from '../contracts/forged-log.js';
import { AccountClient, openAccount, type PageJson, type TransactionJson } from '../kit/ledger.js';
import { startService, type SignedUp, type TestService } from '../kit/service.js';

/** The events that a newer service wrote: the second deposit, and the transfer. */
const NEWER = [5, 6];

let dataDir: string;
let service: TestService;
let client: MongoClient;
let events: Collection<Stored>;
let owner: SignedUp;
let account: AccountClient;
let savings: AccountClient;
let version: number;
/** A service that was brought back to this version, after a newer one had written to its data. */
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'ledger-newer-'));
  const newer = await startService({ dataDir });
  owner = await newer.signUp();
  const opened = await openAccount(newer, owner, { name: 'Newer', opening_balance: 100 }, ['Food', 'Rent']);
  const other = await openAccount(newer, owner, { name: 'Savings' });
  for (const amount of [10, 20]) await opened.record('/deposits', { amount, envelope_id: 1 });
  await opened.record('/transfers', { to_account_id: other.id, amount: 30 });
  await opened.record('/debits', { amount: 5, envelope_id: 1 });
  ({ version } = await opened.get());
  const database = await MongoClient.connect(newer.database);
  await forgeLog(database.db(), opened.id, (log) =>
    log.map((event) => (NEWER.includes(event['seq'] as number) ? { ...event, schema_version: 2 } : event)),
  );
  await database.close();
  await newer.stop();
  service = await startService({ dataDir });
  client = await MongoClient.connect(service.database);
  events = client.db().collection<Stored>('transactions');
  account = new AccountClient(service, owner, opened.id);
  savings = new AccountClient(service, owner, other.id);
});
afterAll(async () => {
  await client.close();
  await service.stop();
  await rm(dataDir, { recursive: true });
});

const verified = () => account.done('GET', '/verify');
const broken = (count: number, seq: number, reason: string) => ({
  ...{ ok: false, events: count },
  first_break: { seq, reason },
});

describe('events of a newer service', () => {
  it('are named by the check of a log whose chain is sound, the first of them', async () => {
    expect(await verified()).toEqual(broken(version, 5, 'unknown_version'));
  });

  it('come with the raw log, as they are stored', async () => {
    const { items } = await account.done<PageJson<Stored>>('GET', '/events?page_size=200');
    expect(items.map(({ schema_version }) => schema_version as number)).toEqual([1, 1, 1, 1, 2, 2, 1]);
    const stored = await events.find({ account_id: account.id }).sort({ seq: 1 }).toArray();
    expect(items).toEqual(JSON.parse(JSON.stringify(stored)));
  });

  it('are in the way of no other route', async () => {
    const register = await account.register();
    expect(register.map(({ seq }) => seq)).toEqual([7, 6, 5, 4, 1]);
    const [debit, transfer, second] = register as [TransactionJson, TransactionJson, TransactionJson];
    for (const path of [
      ...['', '?as_of=2199-01-01', '/envelopes', '/payers'],
      ...['/transactions?order_by=effective_on', '/envelopes/1/transactions'],
      ...register.map(({ id }) => `/transactions/${id}`),
    ]) {
      const { status } = await account.ask('GET', path);
      expect([path, status]).toEqual([path, 200]);
    }
    for (const [path, status, body] of [
      [`/transactions/${second.id}/undo`, 201],
      [`/transactions/${second.id}/redo`, 201],
      [`/transactions/${transfer.id}/undo`, 201],
      ['/redo', 201],
      ['/undo', 201, { back_to: transfer.id }],
      [`/transactions/${debit.id}/redo`, 201],
      ['/batch', 201, { commands: [{ command: 'deposit', amount: 1 }] }],
      ['/adjustments', 201, { balance: 200 }],
    ] as const) {
      const answer = await account.ask('POST', path, body);
      expect([path, answer.status, answer.body['code']]).toEqual([path, status, undefined]);
    }
    const annotated = await account.ask('PATCH', `/transactions/${second.id}`, {
      notes: 'Of a newer service',
    });
    expect(annotated.status).toBe(200);
    ({ version } = await account.get());
    expect(await verified()).toEqual(broken(version, 5, 'unknown_version'));
    expect(await savings.done('GET', '/verify')).toMatchObject({ ok: true });
  });

  it('come after what broke the chain, wherever that is', async () => {
    for (const seq of [version, 6, 5, 2]) {
      await events.updateOne({ account_id: account.id, seq }, { $set: { description: 'forged' } });
      expect(await verified()).toEqual(broken(seq - 1, seq, 'edited'));
    }
  });
});
