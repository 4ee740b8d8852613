import { newId } from '../../src/kernel/ids.js';
import { domainEvent, UnknownVersion } from '../../src/ledger/projections/domain-event.js';
import { startDatabase, type TestDatabase } from '../kit/database.js';
import { forgeLog, type Stored } from './forged-log.js';
import { Desk, LEDGER_SCHEMAS, told } from './ledger-desk.js';
import { Readers } from './ledger-readers.js';

let database: TestDatabase;
let readers: Readers;
let desk: Desk;
beforeEach(async () => {
  database = await startDatabase(LEDGER_SCHEMAS);
  readers = new Readers(database.connection);
  desk = new Desk(database.connection);
});
afterEach(() => database.stop());

const deposit = { type: 'DepositMoney', ...told, envelope_id: 0, amount_minor: 5 } as const;

/** Gives an account's last event a version, sealed as a service of that version would have; the event's id. */
async function ofVersion(account_id: string, schema_version: number): Promise<string> {
  let id = '';
  await forgeLog(database.db, account_id, (log: Stored[]) =>
    log.map((event, index) => {
      if (index < log.length - 1) return event;
      id = event._id;
      return { ...event, schema_version };
    }),
  );
  return id;
}

const stored = { account_id: 'acc_1', seq: 7, schema_version: 1, type: 'MoneyDeposited' };
const record = {
  ...{ _id: 'tx_1', household_id: 'hh_1', recorded_at: new Date(0), actor_id: 'usr_1' },
  ...{ prev_hash: null, hash: 'a' },
};

describe('a stored event', () => {
  it('of version 1 is taken as it is', () => {
    const event = { ...record, ...stored };
    expect(domainEvent(event)).toBe(event);
  });

  it.each([
    [2, 'event 7 of acc_1 (tx_1) has schema version 2, which this service does not know: a newer one wrote it'],
    [0, 'event 7 of acc_1 (tx_1) has schema version 0, which this service does not know'],
    ['1', 'event 7 of acc_1 (tx_1) has schema version 1, which this service does not know'],
    [undefined, 'event 7 of acc_1 (tx_1) has schema version undefined, which this service does not know'],
  ])('of version %p is refused', (schema_version, message) => {
    const read = () => domainEvent({ ...record, ...stored, schema_version });
    expect(read).toThrow(new UnknownVersion(message));
    expect(read).toThrow(UnknownVersion);
  }); // prettier-ignore
});

describe('an event that a newer service wrote', () => {
  it('is named by audit and rebuild, which go on with the other accounts and leave its own as it is', async () => {
    const id = await desk.open('Newer', 100);
    await desk.record(id, deposit);
    const other = await desk.open('Other', 100);
    const event = await ofVersion(id, 2);
    await database.db.collection('register').deleteMany({ account_id: other });
    const told = `event 2 of ${id} (${event}) has schema version 2, which this service does not know: a newer one wrote it`;
    const [newer, ...others] = (await readers.audit()).sort((a, b) => Number(b.includes('version')) - Number(a.includes('version')));
    expect(newer).toBe(`${id}: ${told}`);
    expect(others.every((finding) => finding.startsWith(other))).toBe(true);
    expect(others.length).toBeGreaterThan(0);
    const before = await database.db.collection('register').find({ account_id: id }).toArray();
    expect(await readers.rebuild()).toEqual([`${id}: ${told}`]);
    expect(await database.db.collection('register').find({ account_id: id }).toArray()).toEqual(before);
    expect(await readers.audit()).toEqual([`${id}: ${told}`]);
    const first_break = { seq: 2, reason: 'unknown_version' };
    expect(await readers.verification.verify('hh_1', id)).toEqual({ ok: false, events: 2, first_break });
  }); // prettier-ignore

  it('is told as a broken chain where its hash does not fit what is stored', async () => {
    const id = await desk.open('Edited', 100);
    await desk.record(id, deposit);
    const events = database.db.collection('transactions');
    await events.updateOne({ account_id: id, seq: 2 }, { $set: { schema_version: 2 } });
    expect(await readers.audit()).toEqual([`${id}: event 2 was edited`]);
  });

  it('is named where it is the other side of a transfer', async () => {
    const [from, to] = [await desk.open('From', 100), await desk.open('To', 100)];
    const ids = { from_envelope_id: 0, to_envelope_id: 0, sent_id: newId('tx'), received_id: newId('tx') };
    await desk.record(from, { type: 'TransferMoney', ...told, to_account_id: to, amount_minor: 5, ...ids });
    const event = await ofVersion(to, 2);
    const finding = `event 2 of ${to} (${event}) has schema version 2, which this service does not know: a newer one wrote it`;
    expect((await readers.audit()).sort()).toEqual([`${from}: ${finding}`, `${to}: ${finding}`].sort());
  });
});
