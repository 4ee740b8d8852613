import { openAccount, type AccountClient, type MoneyJson, type TransactionJson } from '../kit/ledger.js';
import { startService, type SignedUp, type TestService } from '../kit/service.js';
import { writingNothing } from '../kit/terms.js';

interface SeveralJson {
  readonly transactions: readonly TransactionJson[];
  readonly balance: number;
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

/** 100 in Available, then debits of 10, 20 and 30. */
async function spent(): Promise<{ account: AccountClient; ids: readonly [string, string, string] }> {
  const account = await openAccount(service, owner, { name: `Redo ${(made += 1)}`, opening_balance: 100 });
  const ids: string[] = [];
  for (const amount of [10, 20, 30]) {
    ids.push((await account.record('/debits', { envelope_id: 0, amount })).transaction.id);
  }
  return { account, ids: ids as unknown as [string, string, string] };
}

const refusal = async (
  account: AccountClient,
  path: string,
  body?: unknown,
): Promise<Record<string, unknown>> => {
  const answer = await writingNothing(service, () => account.ask('POST', path, body));
  return { status: answer.status, ...answer.body };
};

describe('redo', () => {
  it('takes back undos one by one, the last one first, and says what became of each row', async () => {
    const { account, ids } = await spent();
    const undone = await account.record('/undo');
    await account.record('/undo');
    const steps: MoneyJson[] = [await account.record('/redo'), await account.record('/redo')];
    expect(
      steps.map(({ transaction }) => [transaction.root_id, transaction.role, transaction.amount]),
    ).toEqual([
      [ids[1], 'redo', -20],
      [ids[2], 'redo', -30],
    ]);
    expect(steps.map(({ balance }) => balance)).toEqual([70, 40]);
    expect(steps[1]?.transaction).toMatchObject({ reverses_id: undone.transaction.id, standing: true });
    const rows = new Map((await account.register()).map((row) => [row.id, row]));
    expect(rows.get(ids[2])).toMatchObject({ standing: true, reversed_by_id: undone.transaction.id });
    expect(rows.get(undone.transaction.id)).toMatchObject({
      standing: false,
      reversed_by_id: steps[1]?.transaction.id,
    });
    expect(await refusal(account, '/redo')).toMatchObject({ status: 409, code: 'nothing_to_redo' });
    expect(await account.register('&role=redo')).toHaveLength(2);
  });

  it('and undo of a payday tell the payer, by whose name they are found with it', async () => {
    const { account } = await spent();
    const paid = await account.record('/paydays', { payer: 'Acme Mills', amount: 7 });
    const back = [await account.record('/undo'), await account.record('/redo')];
    expect(back.map(({ transaction }) => [transaction.role, transaction['payer']])).toEqual([
      ['undo', 'Acme Mills'],
      ['redo', 'Acme Mills'],
    ]);
    const ids = [...back.map(({ transaction }) => transaction.id).reverse(), paid.transaction.id];
    expect((await account.register('&q=acme')).map(({ id }) => id)).toEqual(ids);
    const whole = await account.done('GET', `/transactions/${back[0]?.transaction.id ?? ''}`);
    expect(whole).toMatchObject({ payer: 'Acme Mills', standing: false });
    await account.record('/undo');
    expect((await account.register('&q=acme')).map(({ amount }) => amount)).toEqual([-7, 7, -7, 7]);
  });

  it('ends with a new transaction, but a chosen one can always be redone', async () => {
    const { account, ids } = await spent();
    await account.record('/undo');
    await account.record('/deposits', { amount: 1 });
    expect(await refusal(account, '/redo')).toMatchObject({ status: 409, code: 'nothing_to_redo' });
    const again = await account.record(`/transactions/${ids[2]}/redo`, { description: 'After all' });
    expect(again).toMatchObject({ balance: 41, transaction: { role: 'redo', description: 'After all' } });
    expect(await refusal(account, `/transactions/${ids[2]}/redo`)).toMatchObject({
      status: 409,
      code: 'not_undone',
    });
    expect(await refusal(account, `/transactions/${again.transaction.id}/redo`)).toMatchObject({
      status: 409,
      code: 'not_a_money_transaction',
      root_id: ids[2],
    });
  });

  it('that would overdraw is refused, naming the envelope', async () => {
    const { account, ids } = await spent();
    await account.record('/undo');
    await account.record('/debits', { envelope_id: 0, amount: 50 });
    expect(await refusal(account, `/transactions/${ids[2]}/redo`)).toMatchObject({
      status: 409,
      code: 'envelope_overdrawn',
      account_id: account.id,
      envelopes: [{ id: 0, name: 'Available', short_by: 10 }],
    });
  });
});

describe('expect', () => {
  it.each(['/undo', '/redo'])('lets %s be of that one only', async (path) => {
    const { account, ids } = await spent();
    await account.record('/undo');
    const [wanted, other] = path === '/undo' ? [ids[1], ids[0]] : [ids[2], ids[1]];
    expect(await refusal(account, path, { expect: other })).toMatchObject({
      status: 409,
      code: 'not_the_last',
      last_id: wanted,
    });
    expect((await account.record(path, { expect: wanted })).transaction.root_id).toBe(wanted);
  });

  it('of what is not there is 404, in the same words for a foreign and a malformed id', async () => {
    const { account } = await spent();
    const { ids: foreign } = await spent();
    const answers: unknown[] = [];
    for (const expected of [foreign[2], `tx_${'0'.repeat(26)}`, 'nonsense', '']) {
      for (const path of ['/undo', '/redo']) {
        const { instance: _, ...said } = await refusal(account, path, { expect: expected });
        answers.push(said);
      }
      const back = await refusal(account, '/undo', { back_to: expected });
      expect(back).toMatchObject({ status: 404, code: 'not_found' });
    }
    expect(new Set(answers.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 404, code: 'not_found' });
  });
});

describe('undoing back to one', () => {
  it('undoes everything after it at once, judged at its end', async () => {
    const { account, ids } = await spent();
    const back = await account.done<SeveralJson>('POST', '/undo', {
      back_to: ids[0],
      description: 'Wrong month',
    });
    expect(back.transactions.map(({ root_id, role }) => [root_id, role])).toEqual([
      [ids[2], 'undo'],
      [ids[1], 'undo'],
    ]);
    expect(back).toMatchObject({ balance: 90, version: 6 });
    expect(back.transactions.map(({ description }) => description)).toEqual(['Wrong month', 'Wrong month']);
    expect(await refusal(account, '/undo', { back_to: ids[0] })).toMatchObject({ code: 'already_reversed' });
  });

  it('is the way out where single undos would overdraw', async () => {
    const account = await openAccount(service, owner, { name: `Way out ${(made += 1)}` });
    const paid = await account.record('/deposits', { amount: 50 });
    await account.record('/debits', { envelope_id: 0, amount: 50 });
    await account.record('/deposits', { amount: 5 });
    expect(await refusal(account, `/transactions/${paid.transaction.id}/undo`)).toMatchObject({
      code: 'envelope_overdrawn',
    });
    const opening = (await account.register()).at(-1)?.id;
    const back = await account.done<SeveralJson>('POST', '/undo', { back_to: opening });
    expect([back.transactions.length, back.balance]).toEqual([3, 0]);
  });

  it('is refused for a reversal, beside whole_batch, and when another one is the last', async () => {
    const { account, ids } = await spent();
    const undo = await account.record('/undo');
    expect(await refusal(account, '/undo', { back_to: undo.transaction.id })).toMatchObject({
      code: 'not_a_money_transaction',
      root_id: ids[2],
    });
    expect(await refusal(account, '/undo?whole_batch=true', { back_to: ids[0] })).toMatchObject({
      status: 400,
      errors: [{ field: 'whole_batch', message: 'must be left out beside back_to' }],
    });
    expect(await refusal(account, '/undo', { back_to: ids[0], expect: ids[0] })).toMatchObject({
      code: 'not_the_last',
      last_id: ids[1],
    });
  });
});
