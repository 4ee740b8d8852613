import { openAccount } from '../kit/ledger.js';
import { startService, type TestService } from '../kit/service.js';

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

describe('many writers at once', () => {
  it('200 debits of 1.00 on an envelope that holds 100.00: 100 succeed, 100 are refused', async () => {
    const owner = await service.signUp();
    const account = await openAccount(service, owner, { name: 'Crowd', opening_balance: 130 }, ['Spent']);
    await account.record('/moves', { from_id: 0, to_id: 1, amount: 100 });
    const answers = await Promise.all(
      Array.from({ length: 200 }, () =>
        account.ask<{ code?: string }>('POST', '/debits', { envelope_id: 1, amount: 1 }),
      ),
    );
    const outcomes = new Map<string, number>();
    for (const { status, body } of answers) {
      const outcome = `${status} ${body.code ?? ''}`.trim();
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    expect(Object.fromEntries(outcomes)).toEqual({ '201': 100, '409 envelope_overdrawn': 100 });
    expect(await account.balances()).toEqual({ Available: 30, Spent: 0, balance: 30 });
    const rows = await account.register('&kind=debit');
    expect(rows).toHaveLength(100);
    expect(rows.map(({ balance }) => balance)).toEqual(Array.from({ length: 100 }, (_, index) => 30 + index));
    expect(new Set(rows.map(({ seq }) => seq)).size).toBe(100);
  });

  it('undo the same transaction once', async () => {
    const owner = await service.signUp();
    const account = await openAccount(service, owner, { name: 'Race', opening_balance: 10 });
    const { transaction } = await account.record('/debits', { envelope_id: 0, amount: 5 });
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => account.ask('POST', `/transactions/${transaction.id}/undo`)),
    );
    const codes = answers.map(({ status, body }) => body['code'] ?? status);
    expect(codes.filter((code) => code === 201)).toHaveLength(1);
    expect(codes.filter((code) => code === 'already_reversed')).toHaveLength(19);
    expect(await account.balances()).toEqual({ Available: 10, balance: 10 });
  });

  it('give one name to one account', async () => {
    const owner = await service.signUp();
    const answers = await Promise.all(
      ['Jar', 'JAR', ' jar ', 'jar'].map((name) =>
        service.api('POST', '/accounts', { token: owner.token, body: { name } }),
      ),
    );
    expect(answers.map(({ status, body }) => body['code'] ?? status).sort()).toEqual([
      201,
      'name_taken',
      'name_taken',
      'name_taken',
    ]);
  });
});
