import { findOwned, tenantScope, type TenantOwned } from '../../src/database/tenant-scope.js';
import { ACCOUNTS } from '../../src/event-store/account-record.js';
import { IDEMPOTENCY, IdempotencySchema } from '../../src/event-store/idempotency-record.js';
import { EVENTS, EventSchema } from '../../src/event-store/stored-event.js';
import { HouseholdSchema } from '../../src/identity/household.schema.js';
import { MembershipSchema } from '../../src/identity/membership.schema.js';
import { AccountSchema } from '../../src/ledger/projections/account-document.js';
import { REGISTER, RegisterSchema } from '../../src/ledger/projections/register-row.js';
import { TOTALS } from '../../src/ledger/projections/totals-changes.js';
import { TotalsSchema } from '../../src/ledger/projections/totals.js';
import { startDatabase, type TestDatabase } from '../kit/database.js';

interface Thing extends TenantOwned {
  _id: string;
  size: number;
}

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase([
    EventSchema,
    AccountSchema,
    RegisterSchema,
    TotalsSchema,
    IdempotencySchema,
    HouseholdSchema,
    MembershipSchema,
  ]);
});
afterAll(() => database.stop());

describe.each([ACCOUNTS, EVENTS, REGISTER, TOTALS, IDEMPOTENCY, 'households', 'memberships'])(
  '%s',
  (collection) => {
    const scope = (household_id: string) => tenantScope<Thing>(database.db, collection, household_id);

    it('cannot be asked without a household', () => {
      for (const nobody of ['', undefined, null, { $ne: '' }]) {
        expect(() => scope(nobody as string)).toThrow(TypeError);
      }
    });

    it('cannot be asked for several things without a household for each', async () => {
      for (const nobody of ['', undefined, null, { $ne: '' }]) {
        const keys = [
          { household_id: 'hh_1', _id: 'x' },
          { household_id: nobody as string, _id: 'y' },
        ];
        await expect(findOwned(database.db, collection, null, keys)).rejects.toThrow(TypeError);
      }
    });

    it('cannot be asked for another household', async () => {
      const foreign = { household_id: 'hh_2' };
      const mine = scope('hh_1');
      expect(() => mine.findOne(null, foreign)).toThrow(TypeError);
      expect(() => mine.find(null, foreign)).toThrow(TypeError);
      expect(() => mine.count(null, foreign)).toThrow(TypeError);
      expect(() => mine.updateModel(foreign, { $set: { size: 1 } })).toThrow(TypeError);
      expect(() => mine.insertModel({ _id: 'x', size: 1, ...foreign })).toThrow(TypeError);
      expect(() => mine.replaceModel({ _id: 'x' }, { _id: 'x', size: 1, ...foreign })).toThrow(TypeError);
      await expect(mine.insertOne(null, { _id: 'x', size: 1, ...foreign })).rejects.toThrow(TypeError);
      await expect(mine.updateOne(null, foreign, { $set: { size: 1 } })).rejects.toThrow(TypeError);
      expect(await database.db.collection<Thing>(collection).findOne({ _id: 'x' })).toBeNull();
    });

    it("gives and changes nothing of another household's", async () => {
      const client = database.connection.getClient();
      const thing: Thing & { account_id: string; seq: number; generation: number } = {
        ...{ _id: `${collection}_1`, household_id: 'hh_1', size: 1 },
        ...{ account_id: 'acc_1', seq: 1, generation: 1 },
      };
      await client.bulkWrite([scope('hh_1').insertModel(thing)]);
      const { _id } = thing;
      expect(await scope('hh_1').findOne(null, { _id })).toEqual(thing);
      expect(await scope('hh_2').findOne(null, { _id })).toBeNull();
      expect(await scope('hh_2').find(null, {}).toArray()).toEqual([]);
      expect(await scope('hh_2').count(null, {})).toBe(0);
      const keyed = (household_id: string) =>
        findOwned(database.db, collection, null, [
          { household_id, _id },
          { household_id: 'hh_1', _id: 'another' },
        ]);
      expect(await keyed('hh_1')).toEqual([thing]);
      expect(await keyed('hh_2')).toEqual([]);
      const change = scope('hh_2').updateModel({ _id }, { $set: { size: 2 } });
      expect((await client.bulkWrite([change])).matchedCount).toBe(0);
      await scope('hh_2').updateOne(null, { _id }, { $set: { size: 2 } });
      await scope('hh_2').deleteByIds([_id]);
      expect(await scope('hh_1').findOne(null, { _id })).toEqual(thing);
    });
  },
);
