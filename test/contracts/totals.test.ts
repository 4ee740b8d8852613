import type { LedgerCommand } from '../../src/ledger/domain/commands.js';
import { startDatabase, type TestDatabase } from '../kit/database.js';
import { Desk, LEDGER_SCHEMAS } from './ledger-desk.js';

let database: TestDatabase;
let desk: Desk;

beforeAll(async () => {
  database = await startDatabase(LEDGER_SCHEMAS);
  desk = new Desk(database.connection);
});
afterAll(() => database.stop());

const on = (effective_on: string) => ({ effective_on, description: '', envelope_id: 0 });
const adjust = (date: string, balance_minor: number): LedgerCommand => ({
  type: 'AdjustBalance',
  ...on(date),
  balance_minor,
});

describe('the totals of a month', () => {
  it('that add up to nothing when they are first written, count as nothing for an earlier day', async () => {
    const id = await desk.open('Nothing', 700);
    await desk.record(id, {
      type: 'RecordBatch',
      batch_id: 'bat_1',
      commands: [
        { type: 'DepositMoney', ...on('2026-05-05'), amount_minor: 500 },
        { type: 'WithdrawCash', ...on('2026-05-06'), amount_minor: 500 },
      ],
    });
    const { rows } = await desk.record(id, adjust('2026-04-30', 1_000));
    expect(rows).toMatchObject([{ amount_minor: 300 }]);
    const between = await desk.record(id, adjust('2026-05-05', 1_600));
    expect(between.rows).toMatchObject([{ amount_minor: 100 }]);
  });
});
