import { createHash } from 'node:crypto';

import canonicalize from 'canonicalize';
import { MongoClient, type Collection, type Document } from 'mongodb';

import type { AccountClient, PageJson } from '../kit/ledger.js';
import { pagesByCursor } from '../kit/pages.js';
import { startService, type SignedUp, type TestService } from '../kit/service.js';
import { varyingHistory, type Recorded } from './recorded-history.js';

/** An event as the route shows it. */
type EventJson = Readonly<Record<string, unknown>> & { readonly seq: number; readonly hash: string };
type Stored = Document & { readonly _id: string };

let service: TestService;
let client: MongoClient;
let events: Collection<Stored>;
let owner: SignedUp;
let account: AccountClient;
let recorded: readonly Recorded[];
let version: number;
beforeAll(async () => {
  service = await startService();
  client = await MongoClient.connect(service.database);
  events = client.db().collection<Stored>('transactions');
  owner = await service.signUp();
  ({ account, recorded } = await varyingHistory(service, owner));
  ({ version } = await account.get());
});
afterAll(async () => {
  await client.close();
  await service.stop();
});

const eventsBy = async (query: string): Promise<EventJson[]> => {
  const pages = await pagesByCursor<EventJson>(service, owner, `/accounts/${account.id}/events?${query}`);
  for (const page of pages) expect([page.total, page.total_is_exact]).toEqual([version, true]);
  return pages.flatMap(({ items }) => [...items]);
};

describe('the raw log', () => {
  it('comes by cursor, from the opening on or from the end back, without gaps', async () => {
    const whole = await eventsBy('page_size=200');
    expect(whole.map(({ seq }) => seq)).toEqual(Array.from({ length: version }, (_, index) => index + 1));
    expect(await eventsBy('page_size=1')).toEqual(whole);
    expect(await eventsBy('page_size=7')).toEqual(whole);
    expect(await eventsBy('page_size=7&order_dir=desc')).toEqual([...whole].reverse());
    const second = await account.done<PageJson<EventJson>>('GET', '/events?page_size=7&page=2');
    expect(second.items).toEqual(whole.slice(7, 14));
  });

  it('shows each event as it is stored, and of each transaction what its answer said', async () => {
    const shown = await eventsBy('page_size=200');
    const stored = await events.find({ account_id: account.id }).sort({ seq: 1 }).toArray();
    expect(shown).toEqual(JSON.parse(JSON.stringify(stored)));
    expect(shown.map(({ type }) => type).slice(0, 3)).toEqual([
      'AccountOpened',
      'EnvelopeAdded',
      'EnvelopeAdded',
    ]);
    for (const { id, seq, effective_on, postings, balance, recorded_at, actor } of recorded) {
      expect(shown[seq - 1]).toMatchObject({
        ...{
          _id: id,
          seq,
          effective_on,
          recorded_at,
          household_id: owner.household_id,
          account_id: account.id,
        },
        actor_id: (actor as { id: string }).id,
        balance_minor: Math.round(balance * 100),
        postings: postings.map(({ envelope_id, amount }) => ({
          envelope_id,
          amount_minor: Math.round(amount * 100),
        })),
      });
    }
  });

  it('lets anybody recompute its chain of hashes', async () => {
    let before: string | null = null;
    for (const { hash, ...fields } of await eventsBy('page_size=5')) {
      expect(fields['prev_hash']).toBe(before);
      expect(
        createHash('sha256')
          .update(canonicalize(fields) ?? '')
          .digest('hex'),
      ).toBe(hash);
      before = hash;
    }
  });

  it("takes no filter and no other order, and is nobody else's", async () => {
    for (const [field, value] of [['type', 'MoneyMoved'], ['order_by', 'effective_on'], ['q', 'x']] as const) {
      const { status, body } = await account.ask('GET', `/events?${field}=${value}`);
      expect([status, body['errors']]).toMatchObject([400, [{ field }]]);
    }
    const stranger = await service.signUp();
    for (const path of ['/events', '/verify']) {
      expect((await service.api('GET', `/accounts/${account.id}${path}`, stranger)).status).toBe(404);
    }
  }); // prettier-ignore
});

describe('the check of a log', () => {
  const verified = () => account.done('GET', '/verify');
  const stored = async (seq: number): Promise<Stored> => {
    const event = await events.findOne({ account_id: account.id, seq });
    if (!event) throw new Error(`There is no event ${seq}`);
    return event;
  };
  const clean = () => ({ ok: true, events: version });
  const broken = (seq: number, reason: string) => ({
    ok: false,
    events: seq - 1,
    first_break: { seq, reason },
  });

  it('counts the events that are as they were recorded', async () => {
    expect(await verified()).toEqual(clean());
  });

  it('names the first event that was edited behind the back of the service', async () => {
    for (const seq of [9, 5]) {
      const before = await stored(seq);
      await events.updateOne({ _id: before._id }, { $set: { description: 'forged' } });
      expect(await verified()).toEqual(broken(seq, 'edited'));
      if (seq === 5) await events.replaceOne({ _id: before._id }, before);
    }
    expect(await verified()).toEqual(broken(9, 'edited'));
    await events.updateOne({ account_id: account.id, seq: 9 }, { $set: { description: '' } });
    expect(await verified()).toEqual(clean());
  });

  it('names one that was removed, the last one too, and is clean once it is back', async () => {
    for (const seq of [1, 6, version]) {
      const event = await stored(seq);
      await events.deleteOne({ _id: event._id });
      expect(await verified()).toEqual(broken(seq, 'removed'));
      await events.insertOne(event);
      expect(await verified()).toEqual(clean());
    }
  });

  it('goes on counting with what is recorded after it', async () => {
    const { transaction } = await account.record('/deposits', { amount: 1 });
    version += 1;
    expect(transaction.seq).toBe(version);
    expect(await verified()).toEqual(clean());
  });
});
