import { openAccount, type AccountClient } from '../kit/ledger.js';
import { household, MISSING } from '../kit/operations.js';
import { startService, type Answer, type TestService } from '../kit/service.js';
import { writingNothing } from '../kit/terms.js';

/** What a body may name, of another household or of nobody. */
interface Named {
  readonly account: string;
  readonly tx: string;
  readonly envelope: number;
  readonly payer: number;
}

let service: TestService;
let account: AccountClient;
let foreign: Named;
/** Ids of one's own which are of another account than the one that is asked. */
let elsewhere: Named;
const missing: Named = {
  account: MISSING['account_id'] ?? '',
  tx: MISSING['tx_id'] ?? '',
  envelope: 1_999,
  payer: 1_999,
};

beforeAll(async () => {
  service = await startService();
  const [owner, stranger] = [await service.signUp(), await service.signUp()];
  const [own] = await household(service, owner);
  account = own;
  // More envelopes and payers than the account has that is asked: ids that are good there, and not here.
  const fullOf = async (who: typeof owner): Promise<Named> => {
    const names = Array.from({ length: 9 }, (_, index) => `Envelope ${index}`);
    const full = await openAccount(service, who, { name: 'Full', opening_balance: 50 }, names);
    for (const amount of [1, 2, 3]) await full.done('POST', '/payers', { payer: `Payer ${amount}`, amount });
    const { transaction } = await full.record('/deposits', { envelope_id: 7, amount: 5 });
    return { account: full.id, tx: transaction.id, envelope: 7, payer: 3 };
  };
  foreign = await fullOf(stranger);
  elsewhere = { ...(await fullOf(owner)), account: missing.account };
});
afterAll(() => service.stop());

type Case = readonly [method: string, path: string, body: (named: Named) => Record<string, unknown>];

const MONEY: readonly (readonly [path: string, command: string, body: Case[2]])[] = [
  ['/deposits', 'deposit', ({ envelope }) => ({ envelope_id: envelope, amount: 1 })],
  ['/debits', 'debit', ({ envelope }) => ({ envelope_id: envelope, amount: 1 })],
  ['/debits', 'debit', ({ envelope }) => ({ postings: [{ envelope_id: 0, amount: 1 }, { envelope_id: envelope, amount: 1 }] })],
  ['/withdrawals', 'withdrawal', ({ envelope }) => ({ envelope_id: envelope, amount: 1 })],
  ['/moves', 'move', ({ envelope }) => ({ from_id: envelope, to_id: 0, amount: 1 })],
  ['/moves', 'move', ({ envelope }) => ({ from_id: 0, to_id: envelope, amount: 1 })],
  ['/paydays', 'payday', ({ payer }) => ({ payer_id: payer })],
  ['/paydays', 'payday', ({ envelope }) => ({ payer: 'P', amount: 5, split: [{ envelope_id: 0, amount: 1 }, { envelope_id: envelope, amount: 1 }] })],
  ['/paydays', 'payday', ({ envelope }) => ({ payer_id: 1, split: [{ envelope_id: envelope, amount: 1 }] })],
  ['/adjustments', 'adjustment', ({ envelope }) => ({ balance: 7, envelope_id: envelope })],
  ['/transfers', 'transfer', (named) => ({ to_account_id: named.account, amount: 1 })],
  ['/transfers', 'transfer', (named) => ({ to_account_id: named.account, to_envelope_id: named.envelope, amount: 1 })],
]; // prettier-ignore

const CASES: readonly Case[] = [
  ...MONEY.map(([path, , body]): Case => ['POST', path, body]),
  ...MONEY.map(([, command, body]): Case => [
    'POST',
    '/batch',
    (named) => ({ commands: [{ command: 'deposit', amount: 1 }, { command, ...body(named) }] }),
  ]),
  ['POST', '/payers', ({ envelope }) => ({ payer: 'New', amount: 5, split: [{ envelope_id: envelope, amount: 1 }] })],
  ['PATCH', '/payers/1', ({ envelope }) => ({ split: [{ envelope_id: envelope, amount: 1 }] })],
  ['POST', '/undo', ({ tx }) => ({ expect: tx })],
  ['POST', '/undo', ({ tx }) => ({ back_to: tx })],
  ['POST', '/redo', ({ tx }) => ({ expect: tx })],
]; // prettier-ignore

const said = ({ status, body }: Answer) => ({ status, body });

describe('what a body names that is not there', () => {
  const shown = (named: Case) =>
    JSON.stringify(named[2]({ account: 'acc', tx: 'tx', envelope: 7, payer: 3 }));

  it.each(CASES.map((each): [string, Case] => [`${each[0]} ${each[1]} ${shown(each)}`, each]))(
    '%s: 404 in the same words, whoever has it',
    async (_, [method, path, body]) => {
      const ask = (named: Named) =>
        writingNothing(service, async () => said(await account.ask(method, path, body(named))));
      const nobodys = await ask(missing);
      expect([nobodys.status, nobodys.body['code']]).toEqual([404, 'not_found']);
      expect(await ask(foreign)).toEqual(nobodys);
      expect(await ask(elsewhere)).toEqual(nobodys);
      if (path === '/batch') expect(nobodys.body['index']).toBe(1);
    },
  );

  it('names what it is asked for where that is there', async () => {
    const good: Named = { account: elsewhere.account, tx: missing.tx, envelope: 1, payer: 1 };
    for (const [path, , body] of MONEY.filter(([where]) => where !== '/transfers')) {
      const answer = await account.ask('POST', `${path}?dry_run=true`, body(good));
      expect([path, answer.body['code'] === 'not_found']).toEqual([path, false]);
    }
  });
});
