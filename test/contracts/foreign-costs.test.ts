import type { CommandStartedEvent } from 'mongodb';

import type { LedgerCommand } from '../../src/ledger/domain/commands.js';
import { Accounts } from '../../src/ledger/projections/accounts.js';
import { Batches } from '../../src/ledger/projections/batches.js';
import { startDatabase, type TestDatabase } from '../kit/database.js';
import { Desk, LEDGER_SCHEMAS, told } from './ledger-desk.js';

const OWN = 'hh_1';
const FOREIGN = 'hh_2';
const NOBODYS = {
  account: `acc_${'0'.repeat(26)}`,
  row: `tx_${'0'.repeat(26)}`,
  batch: `bat_${'0'.repeat(26)}`,
};

let database: TestDatabase;
let own: string;
let foreign: { readonly account: string; readonly row: string; readonly batch: string };
const sent: string[] = [];

beforeAll(async () => {
  database = await startDatabase(LEDGER_SCHEMAS, { monitorCommands: true });
  const { connection } = database;
  connection
    .getClient()
    .on('commandStarted', ({ commandName, command }: CommandStartedEvent) =>
      sent.push(`${commandName} ${String(command[commandName])}`),
    );
  own = await new Desk(connection).open('own', 1_000);
  const stranger = new Desk(connection, { household_id: FOREIGN });
  const account = await stranger.open('foreign', 1_000, FOREIGN);
  const batch = NOBODYS.batch.replace(/0$/, '1');
  const commands = [{ type: 'DepositMoney', ...told, envelope_id: 0, amount_minor: 5 }] as const;
  const { rows } = await stranger.record(account, { type: 'RecordBatch', batch_id: batch, commands });
  foreign = { account, row: rows[0]?.id ?? '', batch };
});
afterAll(() => database.stop());

/** What is sent to the database until some work is refused, and how it is refused. */
async function refusal(work: () => Promise<unknown>) {
  sent.length = 0;
  const error = await work().then(
    () => 'not refused',
    (reason: unknown) => String(reason),
  );
  return { error, sent: sent.filter((name) => !name.startsWith('endSessions')) };
}

/** A process that knows no account yet. */
const desk = () => new Desk(database.connection);
const transfer = (to_account_id: string): LedgerCommand => ({
  ...{ type: 'TransferMoney', ...told, to_account_id, amount_minor: 1 },
  ...{ from_envelope_id: 0, to_envelope_id: 0, sent_id: 'tx_sent', received_id: 'tx_received' },
});

describe('what belongs to another household costs the same queries, in the same words, as what is missing', () => {
  type Ids = typeof NOBODYS;
  const asked: [what: string, ask: (ids: Ids) => Promise<unknown>][] = [
    ['an account to record on', ({ account }) => desk().record(account, { type: 'UndoLast', ...told })],
    ['an account to be read', ({ account }) => new Accounts(database.connection).require(OWN, account)],
    ['an account to send to', ({ account }) => desk().record(own, transfer(account))],
    [
      'a transaction to be undone',
      ({ row }) => desk().record(own, { type: 'UndoTransaction', ...told, transaction_id: row }),
    ],
    [
      'a transaction to be redone',
      ({ row }) => desk().record(own, { type: 'RedoTransaction', ...told, transaction_id: row }),
    ],
    [
      'a transaction to be annotated',
      ({ row }) =>
        desk().record(own, { type: 'AnnotateTransaction', effective_on: told.effective_on, transaction_id: row, notes: 'a' }), // prettier-ignore
    ],
    ['one to be the last', ({ row }) => desk().record(own, { type: 'UndoLast', ...told, expect: row })],
    ['one to go back to', ({ row }) => desk().record(own, { type: 'UndoBackTo', ...told, back_to: row })],
    [
      'a batch to be undone',
      ({ batch }) => desk().recordAcross({ type: 'UndoBatch', ...told, batch_id: batch }),
    ],
    [
      'a batch in a path',
      async ({ batch }) => {
        const exists = await new Batches(database.connection).exists(OWN, batch);
        if (!exists) throw new Error('Problem: not_found');
      },
    ],
  ];

  it.each(asked)('%s', async (_, ask) => {
    const theirs = await refusal(() => ask(foreign));
    const nobodys = await refusal(() => ask(NOBODYS));
    expect(theirs).toEqual(nobodys);
    expect(theirs.error).toContain('not_found');
    expect(theirs.sent.length).toBeGreaterThan(0);
  });
});
