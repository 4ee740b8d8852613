import fc from 'fast-check';
import type { Collection, Document } from 'mongodb';

import { hashOf } from '../../src/event-store/hash-chain.js';
import { sealEvents } from '../../src/event-store/stored-event.js';
import { newId } from '../../src/kernel/ids.js';
import { startDatabase, type TestDatabase } from '../kit/database.js';
import { Desk, LEDGER_SCHEMAS, told } from './ledger-desk.js';
import { Readers } from './ledger-readers.js';

const WAYS = 1_000;
/** Each records three events, so that there are far more than a thousand ways of damaging the log. */
const TURNS = 20;

interface Event extends Document {
  readonly _id: string;
  readonly seq: number;
}

/** A log of its own, in a household of its own. */
interface Copy {
  readonly account: Document & { readonly _id: string };
  readonly log: readonly Event[];
}

let database: TestDatabase;
let readers: Readers;
let events: Collection<Event>;
let accounts: Collection<Document & { _id: string }>;
let recorded: Copy;
beforeAll(async () => {
  database = await startDatabase(LEDGER_SCHEMAS);
  readers = new Readers(database.connection);
  events = database.db.collection<Event>('transactions');
  accounts = database.db.collection<Document & { _id: string }>('accounts');
  const desk = new Desk(database.connection);
  const _id = await desk.open('Watched', 1_000);
  await desk.record(_id, { type: 'AddEnvelopes', effective_on: told.effective_on, names: ['Food'] });
  for (let amount_minor = 1; amount_minor <= TURNS; amount_minor += 1) {
    await desk.record(_id, { type: 'DepositMoney', ...told, envelope_id: 1, amount_minor });
    await desk.record(_id, { type: 'MoveMoney', ...told, from_id: 0, to_id: 1, amount_minor });
    await desk.record(_id, { type: 'UndoLast', ...told });
  }
  const account = await accounts.findOne({ _id });
  const log = await events.find({ account_id: _id }).sort({ seq: 1 }).toArray();
  if (!account) throw new Error('The account is not there');
  recorded = { account, log };
});
afterAll(() => database.stop());

const verify = ({ account }: Copy) =>
  readers.verification.verify(String(account['household_id']), account._id);

/** The same log in another account of another household, sealed anew. */
function copyOf({ account, log }: Copy, number: number): Copy {
  const [_id, household_id] = [newId('acc'), `hh_copy_${number}`];
  const recorder = { household_id, account_id: _id, actor_id: 'usr_1', recorded_at: new Date(number) };
  const own = log.map(({ _id: _old, ...event }) => event);
  const sealed = sealEvents({ version: 0, head_hash: null }, recorder, own);
  const head_hash = sealed.at(-1)?.hash;
  return { account: { ...account, _id, household_id, head_hash }, log: sealed };
}

/** Every place in an event that holds a value, as the path of an update. */
function pathsOf(value: unknown, path = ''): string[] {
  if (value === null || typeof value !== 'object' || value instanceof Date) return [path];
  return Object.entries(value).flatMap(([name, inner]) => pathsOf(inner, path ? `${path}.${name}` : name));
}

const valueAt = (event: Event, path: string): unknown =>
  path.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], event);

/** Another value than the one that is there. */
const otherThan = (value: unknown): fc.Arbitrary<unknown> =>
  fc
    .oneof(
      fc.integer({ min: -9_999, max: 9_999 }),
      fc.string({ maxLength: 8 }).filter((text) => !text.includes('\0')),
      fc.boolean(),
      fc.constant(null),
      fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }),
    )
    .filter((other) => JSON.stringify(other) !== JSON.stringify(value));

/** What no two events of a log have in common. */
const UNIQUE: ReadonlySet<string> = new Set(['seq', 'reverses_seq']);

interface Tampering {
  /** The sequence of the event that must be named. */
  readonly names: number;
  readonly reasons: readonly string[];
  readonly what: string;
  /** The events that stand in the places of those with the same ids, or just the one that is gone. */
  readonly set?: readonly Event[];
  readonly without?: Event;
}

/** One event with one field changed, added or taken away. `_id` cannot be changed: another document takes its place. */
const edits = (log: readonly Event[], index: number): fc.Arbitrary<Tampering> => {
  const event = log[index] as Event;
  // An event that has left the account, or its place in it, is gone from where it was.
  const reasons = ['edited', 'removed', 'swapped'];
  const paths = pathsOf(event).filter((path) => path !== '_id');
  const changed = fc.constantFrom(...paths).chain((path) =>
    otherThan(valueAt(event, path))
      // Two events cannot be stored with the same one of these.
      .filter((value) => !UNIQUE.has(path) || !log.some((other) => other[path] === value))
      .map((value): Tampering => {
        const copy = structuredClone(event) as Record<string, unknown>;
        const names = path.split('.');
        const last = names.pop() ?? '';
        const holder = names.reduce((inner, name) => inner[name] as Record<string, unknown>, copy);
        holder[last] = value;
        return {
          names: event.seq,
          reasons,
          what: `${path} = ${JSON.stringify(value)}`,
          set: [copy as unknown as Event],
        };
      }),
  );
  const added = fc.constantFrom('x', 'note', '__proto').map((name): Tampering => ({
    ...{ names: event.seq, reasons: ['edited'], what: `+${name}` },
    set: [{ ...event, [name]: 1 }],
  }));
  const dropped = fc
    .constantFrom(...Object.keys(event).filter((name) => name !== '_id'))
    .map((name): Tampering => {
      const { [name]: _gone, ...rest } = event;
      return { names: event.seq, reasons, what: `-${name}`, set: [rest as Event] };
    });
  // Whoever seals it anew, too, is found out by what follows, or by the account.
  const resealed = fc
    .oneof(fc.integer({ min: -9_999, max: -1 }), fc.integer({ min: 1, max: 9_999 }))
    .map((amount): Tampering => {
      const copy = { ...event, balance_minor: Number(event['balance_minor']) + amount };
      const set = [{ ...copy, hash: hashOf(copy) }];
      return { names: event.seq, reasons: ['edited'], what: `resealed by ${amount}`, set };
    });
  return fc.oneof({ weight: 6, arbitrary: changed }, added, dropped, resealed);
};

const removals = (log: readonly Event[], index: number): fc.Arbitrary<Tampering> => {
  const event = log[index] as Event;
  return fc.constant({ names: event.seq, reasons: ['removed'], what: 'removed', without: event });
};

/** Two events that stand in each other's places: by their sequences, or by all that they say. */
const swaps = (log: readonly Event[], one: number): fc.Arbitrary<Tampering> =>
  fc.tuple(fc.nat(log.length - 2), fc.boolean()).map(([distance, wholly]): Tampering => {
    const [a, b] = [log[one] as Event, log[(one + 1 + distance) % log.length] as Event];
    const set = wholly
      ? [{ ...b, _id: a._id, seq: a.seq }, { ...a, _id: b._id, seq: b.seq }] // prettier-ignore
      : [{ ...a, seq: b.seq }, { ...b, seq: a.seq }]; // prettier-ignore
    return {
      names: Math.min(a.seq, b.seq),
      reasons: ['swapped'],
      what: `swapped ${[a.seq, b.seq].sort((x, y) => x - y).join(' ')} ${wholly ? 'wholly' : 'in place'}`,
      set,
    };
  });

const tamperings = (log: readonly Event[]): fc.Arbitrary<Tampering> =>
  fc
    .nat(log.length - 1)
    .chain((index) =>
      fc.oneof(
        { weight: 5, arbitrary: edits(log, index) },
        { weight: 1, arbitrary: removals(log, index) },
        { weight: 2, arbitrary: swaps(log, index) },
      ),
    );

/** What makes a tampering differ from others: which event, and what becomes of it. */
const wayOf = ({ names, what }: Tampering): string => `${names} ${what}`;

function tampered(log: readonly Event[], { set = [], without }: Tampering): Event[] {
  return log
    .filter(({ _id }) => _id !== without?._id)
    .map((event) => set.find(({ _id }) => _id === event._id) ?? event);
}

it('a log as it was recorded is found so', async () => {
  expect(await verify(recorded)).toEqual({ ok: true, events: recorded.log.length });
});

it('one event edited, removed or swapped in a thousand ways is named each time', async () => {
  const copies: { readonly copy: Copy; readonly tampering: Tampering }[] = [];
  const ways = new Set<string>();
  while (copies.length < WAYS) {
    const copy = copyOf(recorded, copies.length);
    // The last event is removed for certain, the rest is drawn until no two are the same.
    const drawn = copies.length === 0 ? removals(copy.log, copy.log.length - 1) : tamperings(copy.log);
    const [tampering] = fc.sample(drawn, 1) as [Tampering];
    const way = wayOf(tampering);
    if (!ways.has(way)) copies.push({ copy, tampering });
    ways.add(way);
  }
  expect(ways.size).toBe(WAYS);
  expect(ways).toContain(`${recorded.log.length} removed`);
  await accounts.insertMany(copies.map(({ copy }) => copy.account));
  await events.insertMany(copies.flatMap(({ copy, tampering }) => tampered(copy.log, tampering)));
  const seen = new Map<string, number>();
  for (const { copy, tampering } of copies) {
    const { names, what, reasons } = tampering;
    const { ok, first_break } = await verify(copy);
    expect([what, ok, first_break?.seq]).toEqual([what, false, names]);
    const reason = first_break?.reason ?? '';
    expect([what, reasons.includes(reason) ? reasons : reason]).toEqual([what, reasons]);
    seen.set(reason, (seen.get(reason) ?? 0) + 1);
  }
  expect(seen.get('edited')).toBeGreaterThan(300);
  expect(seen.get('removed')).toBeGreaterThan(50);
  expect(seen.get('swapped')).toBeGreaterThan(100);
});

it('an event that nobody recorded is named, before the first and behind the last', async () => {
  for (const seq of [-1, recorded.log.length + 1]) {
    const copy = copyOf(recorded, 2 * WAYS + seq);
    const [first, last] = [copy.log[0] as Event, copy.log.at(-1) as Event];
    // Not what it reverses: an event is reversed at most once, and the database holds on to that.
    const { reverses_seq: _reversed, ...fields }: Record<string, unknown> = seq < 0 ? first : last;
    const forged = { ...fields, _id: newId('tx'), seq, prev_hash: last['hash'] as unknown };
    await accounts.insertOne(copy.account);
    await events.insertMany([...copy.log, { ...forged, hash: hashOf(forged) }]);
    expect((await verify(copy)).first_break).toEqual({ seq, reason: 'added' });
  }
});

it('a register with a row too few is named where the log is sound', async () => {
  const row = await database.db.collection('register').findOneAndDelete({ account_id: recorded.account._id });
  expect(row).not.toBeNull();
  expect(await verify(recorded)).toEqual({
    ...{ ok: false, events: recorded.log.length },
    first_break: { seq: recorded.log.length, reason: 'register_rows' },
  });
});
