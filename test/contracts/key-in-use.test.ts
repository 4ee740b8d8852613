import { EventStore } from '../../src/event-store/event-store.js';
import type { RequestContext } from '../../src/identity/request-context.js';
import { newId } from '../../src/kernel/ids.js';
import { Bookkeeper } from '../../src/ledger/commands/bookkeeper.js';
import { RecordedKinds } from '../../src/ledger/commands/recorded-kinds.js';
import { Accounts } from '../../src/ledger/projections/accounts.js';
import { LookUps } from '../../src/ledger/projections/look-ups.js';
import { Totals } from '../../src/ledger/projections/totals.js';
import { startDatabase, type TestDatabase } from '../kit/database.js';
import { LEDGER_SCHEMAS, told } from './ledger-desk.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await startDatabase(LEDGER_SCHEMAS);
});
afterAll(() => database.stop());

describe('a command whose idempotency key is in use', () => {
  it('is refused as still in flight, for as long as nobody finds the first answer', async () => {
    const { connection, db } = database;
    const lookUps = new LookUps(connection, new Accounts(connection), new Totals(connection));
    const bookkeeper = new Bookkeeper(new EventStore(connection), lookUps, new RecordedKinds());
    const context: RequestContext = {
      ...{ user_id: 'usr_1', username: 'rosa', household_id: 'hh_1', role: 'owner', session_id: null },
      ...{ currency: 'USD', time_zone: 'UTC', request_id: 'r', if_match: null, dry_run: false },
      idempotency: { key: 'once', fingerprint: 'f' },
    };
    const open = (name: string) => {
      const account_id = newId('acc');
      const opening = {
        ...({ type: 'OpenAccount', ...told, account_id, household_id: 'hh_1', name } as const),
        ...({ account_type: 'checking', currency: 'USD', opening_balance_minor: 0 } as const),
        ...{ can_go_negative: false, credit_limit_minor: null },
      };
      const answer = () => ({ status: 201, body: '{}', headers: {} });
      return bookkeeper.open(context, account_id, 'USD', () => opening, { answer });
    };
    await open('First');
    await expect(open('Second')).rejects.toMatchObject({
      code: 'idempotency_in_flight',
      extra: { retry_after: 1 },
    });
    expect(await db.collection('accounts').countDocuments()).toBe(1);
  });
});
