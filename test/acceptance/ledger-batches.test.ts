import { openAccount, type AccountClient, type TransactionJson } from '../kit/ledger.js';
import { startService, type SignedUp, type TestService } from '../kit/service.js';
import { writingNothing } from '../kit/terms.js';

interface BatchJson {
  readonly batch_id: string;
  readonly transactions: readonly TransactionJson[];
  readonly balance: number;
  readonly envelopes: readonly { readonly id: number; readonly balance: number }[];
  readonly version: number;
}

let service: TestService;
let owner: SignedUp;
let made = 0;
beforeAll(async () => {
  service = await startService();
  owner = await service.signUp();
});
afterAll(() => service.stop());

const open = (opening_balance = 0, envelopes: readonly string[] = []) =>
  openAccount(service, owner, { name: `Batch ${(made += 1)}`, opening_balance }, envelopes);

const record = (account: AccountClient, commands: unknown) =>
  account.done<BatchJson>('POST', '/batch', { commands });

const turn = (batch_id: string, way: 'undo' | 'redo', body?: unknown, token = owner.token) =>
  service.api<BatchJson & Record<string, unknown>>('POST', `/batches/${batch_id}/${way}`, { token, body });

const deposit = (amount: unknown) => ({ command: 'deposit', amount });
const spend = (amount: number) => ({ command: 'debit', envelope_id: 0, amount });

describe('a batch', () => {
  it('records commands of every kind in their order, each on what those before it leave', async () => {
    const [account, other] = [await open(0, ['Food']), await open()];
    await account.done('POST', '/payers', {
      payer: 'Acme',
      amount: 50,
      split: [{ envelope_id: 1, amount: 20 }],
    });
    const batch = await record(account, [
      { ...deposit(100), description: 'First', effective_on: '2026-01-05' },
      { command: 'payday', payer_id: 1 },
      { command: 'payday', payer: 'Tax office', amount: 5 },
      { command: 'move', from_id: 0, to_id: 1, amount: 30 },
      { command: 'debit', postings: [{ envelope_id: 0, amount: 1 }, { envelope_id: 1, amount: 2 }] }, // prettier-ignore
      { command: 'withdrawal', envelope_id: 0, amount: 4 },
      { command: 'transfer', to_account_id: other.id, amount: 8 },
      { command: 'adjustment', balance: 150 },
    ]);
    expect(batch.batch_id).toMatch(/^bat_[0-9a-z]{26}$/);
    expect(batch.transactions.map(({ kind, amount, balance }) => [kind, amount, balance])).toEqual([
      ['deposit', 100, 100],
      ['payday', 50, 150],
      ['payday', 5, 155],
      ['move', 0, 155],
      ['debit', -3, 152],
      ['withdrawal', -4, 148],
      ['transfer_out', -8, 140],
      ['adjustment', 10, 150],
    ]);
    expect(new Set(batch.transactions.map(({ batch_id }) => batch_id))).toEqual(new Set([batch.batch_id]));
    expect(batch.transactions[0]).toMatchObject({ description: 'First', effective_on: '2026-01-05' });
    expect(batch).toMatchObject({ balance: 150, version: 11, envelopes: [{ id: 0 }, { id: 1 }] });
    expect((await account.register()).slice(0, 8).reverse()).toEqual(batch.transactions);
    expect((await other.register())[0]).toMatchObject({ kind: 'transfer_in', batch_id: batch.batch_id });
  });

  it('is recorded whole or not at all: a refusal names the command by its index', async () => {
    const account = await open(10);
    const rules: [commands: unknown[], said: Record<string, unknown>][] = [
      [[deposit(1), spend(11.01)], { status: 409, code: 'envelope_overdrawn', index: 1 }],
      [[deposit(1), deposit(2), { ...deposit(1), envelope_id: 7 }], { status: 404, index: 2 }],
      [[{ command: 'transfer', to_account_id: 'acc_1', amount: 1 }], { status: 404, index: 0 }],
      [[deposit(1), { command: 'adjustment', balance: 11 }], { status: 409, code: 'nothing_to_adjust', index: 1 }], // prettier-ignore
      [
        [deposit(1), { command: 'move', from_id: 0, to_id: 0, amount: 1 }],
        { status: 400, errors: [{ field: 'commands[1].to_id' }] },
      ],
    ];
    for (const [commands, said] of rules) {
      const answer = await writingNothing(service, () => account.ask('POST', '/batch', { commands }));
      expect({ status: answer.status, ...answer.body }).toMatchObject(said);
    }
  });

  it('names every wrong field as it stands in the list', async () => {
    const account = await open();
    const wrong: [commands: unknown, fields: string[]][] = [
      [[deposit(1), deposit('1'), deposit(1.005)], ['commands[1].amount']],
      [
        [deposit(1), deposit(1.005), { ...spend(1), amount: 2.001 }],
        ['commands[1].amount', 'commands[2].amount'],
      ],
      [[{ command: 'gift', amount: 1 }], ['commands[0].command']],
      [[{ amount: 1 }], ['commands[0].command']],
      [
        [{ command: 'toString' }, { command: { $ne: 1 } }],
        ['commands[0].command', 'commands[1].command'],
      ],
      [[{ ...deposit(1), batch_id: 'bat_1' }], ['commands[0].batch_id']],
      [[{ command: 'debit', postings: [{ envelope_id: 0 }] }], ['commands[0].postings[0].amount']],
      [[{ command: 'debit', amount: 1 }], ['commands[0].envelope_id']],
      [[{ command: 'payday', amount: 1 }], ['commands[0].payer']],
      [
        [deposit(1), null, 'text', 7, []],
        ['commands[1]', 'commands[2]', 'commands[3]', 'commands[4]'],
      ],
      [[], ['commands']],
      [{}, ['commands']],
      [undefined, ['commands']],
      [new Array(1_001).fill(deposit(1)), ['commands']],
    ];
    for (const [commands, fields] of wrong) {
      const { status, body } = await account.ask('POST', '/batch', { commands });
      const named = (body['errors'] as { field: string }[] | undefined)?.map(({ field }) => field);
      expect([status, named]).toEqual([400, fields]);
    }
    expect((await account.get()).version).toBe(1);
  });

  it('takes a thousand commands and a body beyond 1 MiB, undone and redone as one', async () => {
    const account = await open();
    const description = 'x'.repeat(500);
    const commands = Array.from({ length: 1_000 }, () => ({ ...deposit(1), description: `é${description}`.slice(0, 500) })); // prettier-ignore
    const padded = JSON.stringify({ commands }).padEnd(2_000_000);
    const answer = await account.ask<BatchJson>('POST', '/batch', padded);
    expect([answer.status, answer.body.transactions.length, answer.body.balance]).toEqual([
      201, 1_000, 1_000,
    ]);
    const { batch_id } = answer.body;
    const undone = await turn(batch_id, 'undo');
    expect([undone.status, undone.body.transactions.length, undone.body.balance]).toEqual([201, 1_000, 0]);
    expect((await turn(batch_id, 'redo')).body.balance).toBe(1_000);
    const whole = await account.ask<BatchJson>('POST', '/undo?whole_batch=true');
    expect([whole.status, whole.body.transactions.length, whole.body.balance]).toEqual([201, 1_000, 0]);
    const beyond = await account.ask('POST', '/batch', ' '.repeat(8 * 1_048_576 + 1));
    expect([beyond.status, beyond.body['code']]).toEqual([413, 'payload_too_large']);
    const elsewhere = await account.ask('POST', '/deposits', ' '.repeat(1_048_577));
    expect(elsewhere.status).toBe(413);
  });
});

describe('undoing and redoing a batch', () => {
  it('takes what stands, then redoes every one that is undone, transfers on both sides', async () => {
    const [account, other] = [await open(100), await open()];
    const { batch_id, transactions } = await record(account, [
      spend(10),
      { command: 'transfer', to_account_id: other.id, amount: 20 },
      spend(30),
    ]);
    await account.record(`/transactions/${transactions[0]?.id ?? ''}/undo`);
    const undone = await turn(batch_id, 'undo', { description: 'Not yet' });
    expect(undone.status).toBe(201);
    expect(undone.body).toMatchObject({ batch_id, balance: 100 });
    expect(undone.body.transactions.map(({ root_id, kind }) => [root_id, kind])).toEqual([
      [transactions[2]?.id, 'debit'],
      [transactions[1]?.id, 'transfer_out'],
    ]);
    expect(undone.headers.get('etag')).toBe(`"${undone.body.version}"`);
    expect((await other.get()).balance).toBe(0);
    const twice = await writingNothing(service, () => turn(batch_id, 'undo'));
    expect([twice.status, twice.body['code']]).toEqual([409, 'already_reversed']);
    const redone = await turn(batch_id, 'redo');
    expect([redone.body.balance, redone.body.transactions.length]).toEqual([40, 3]);
    expect((await other.get()).balance).toBe(20);
    const again = await writingNothing(service, () => turn(batch_id, 'redo'));
    expect([again.status, again.body['code']]).toEqual([409, 'nothing_to_redo']);
  });

  it('is all or none', async () => {
    const account = await open();
    const { batch_id } = await record(account, [deposit(10), deposit(20)]);
    await account.record('/debits', { envelope_id: 0, amount: 25 });
    const refused = await writingNothing(service, () => turn(batch_id, 'undo'));
    expect({ status: refused.status, ...refused.body }).toMatchObject({
      status: 409,
      code: 'envelope_overdrawn',
      account_id: account.id,
      envelopes: [{ id: 0, short_by: 25 }],
    });
  });

  it('is asked of the last one, too, by whole_batch', async () => {
    const account = await open(5);
    await record(account, [deposit(10), deposit(20)]);
    const last = await account.record('/deposits', { amount: 1 });
    const alone = await account.done<BatchJson>('POST', '/undo?whole_batch=true', {
      expect: last.transaction.id,
    });
    expect(alone.transactions).toHaveLength(1);
    expect((await account.done<BatchJson>('POST', '/undo?whole_batch=true')).balance).toBe(5);
    expect((await account.done<BatchJson>('POST', '/redo?whole_batch=true')).transactions).toHaveLength(2);
    expect((await account.record('/undo?whole_batch=false')).transaction).toMatchObject({ amount: -20 });
  });

  it("of another household's, of none, and of a malformed id is 404 in the same words, before 400", async () => {
    const account = await open();
    const stranger = await service.signUp();
    const { batch_id } = await record(account, [deposit(10)]);
    const answers: unknown[] = [];
    for (const body of [{}, { nonsense: true }, { description: 7 }, '{']) {
      for (const way of ['undo', 'redo'] as const) {
        const foreign = await turn(batch_id, way, body, stranger.token);
        const none = await turn(`bat_${'0'.repeat(26)}`, way, body);
        const malformed = await turn('nonsense', way, body);
        for (const each of [foreign, none, malformed]) {
          const { instance: _, ...said } = each.body;
          answers.push({ status: each.status, code: said['code'], title: said['title'] });
        }
      }
    }
    expect(new Set(answers.map((each) => JSON.stringify(each)))).toEqual(
      new Set([JSON.stringify({ status: 404, code: 'not_found', title: 'Not found' })]),
    );
    expect((await turn(batch_id, 'undo', { description: 7 })).status).toBe(400);
  });

  it('heeds If-Match with the version of the account that it was recorded on', async () => {
    const [account, other] = [await open(50), await open()];
    const { batch_id, version } = await record(account, [
      { command: 'transfer', to_account_id: other.id, amount: 20 },
      deposit(1),
    ]);
    await other.record('/deposits', { amount: 1 });
    const path = `/batches/${batch_id}/undo`;
    const ask = (match: number) =>
      service.api('POST', path, { token: owner.token, headers: { 'if-match': `"${match}"` } });
    expect(await writingNothing(service, () => ask(version - 1))).toMatchObject({
      status: 412,
      body: { code: 'version_conflict', version },
    });
    expect((await ask(version)).status).toBe(201);
  });
});
