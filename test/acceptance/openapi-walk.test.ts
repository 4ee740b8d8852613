import { request } from 'node:http';

import type { AccountClient } from '../kit/ledger.js';
import { fieldsOf, nameOf, put, wrongTexts, wrongValues } from '../kit/open-api-fields.js';
import { filled, household, MISSING, operationsOf, type Ids, type Walked } from '../kit/operations.js';
import type { Schema } from '../kit/schema-check.js';
import { startService, type Answer, type SignedUp, type TestService } from '../kit/service.js';
import { writingNothing } from '../kit/terms.js';

let service: TestService;
let owner: SignedUp;
let stranger: SignedUp;
let account: AccountClient;
let schemas: Record<string, Schema>;
let operations: Walked[];
let own: Ids;
let foreign: Ids;

beforeAll(async () => {
  service = await startService();
  [owner, stranger] = [await service.signUp(), await service.signUp()];
  [account, own] = await household(service, owner);
  [, foreign] = await household(service, stranger);
  ({ operations, schemas } = await operationsOf(service));
});
afterAll(() => service.stop());

/** Sends a request of the walk: no answer may be a fault of the service. */
async function ask(each: Walked, ids: Ids, body: unknown, token = owner.token, query = ''): Promise<Answer> {
  const answer = await service.api(each.method, `${filled(each.path, ids)}${query}`, { token, body });
  expect([each.name, answer.status < 500]).toEqual([each.name, true]);
  return answer;
}

const said = ({ status, body }: Answer) => {
  const { instance: _, ...words } = body;
  return { status, words };
};

const namesIn = ({ body }: Answer): string[] =>
  ((body['errors'] ?? []) as { field: string }[]).map(({ field }) => field);

describe('every operation', () => {
  it("answers another household's ids in the same words as missing ones: 404, whatever is sent", () =>
    writingNothing(service, async () => {
      const withIds = operations.filter(({ path }) => /\{\w+_id\}/.test(path));
      expect(withIds.length).toBeGreaterThan(25);
      for (const each of withIds) {
        const bodies = each.method === 'GET' ? [undefined] : [each.body?.example, { nonsense: true }];
        for (const body of bodies) {
          const theirs = said(await ask(each, foreign, body));
          const nobodys = said(await ask(each, MISSING, body));
          expect([each.name, theirs]).toEqual([each.name, nobodys]);
          expect([each.name, theirs.status, theirs.words['code']]).toEqual([each.name, 404, 'not_found']);
        }
      }
    }));

  it('answers what is missing within an own account, or belongs to another household, with 404', () =>
    writingNothing(service, async () => {
      const within = operations.filter(({ path }) => /\{account_id\}.*\{\w+_id\}/.test(path));
      expect(within.length).toBeGreaterThan(6);
      for (const each of within) {
        for (const body of each.method === 'GET' ? [undefined] : [each.body?.example, { nonsense: true }]) {
          const nobodys = said(await ask(each, { ...MISSING, account_id: account.id }, body));
          expect([each.name, nobodys.status]).toEqual([each.name, 404]);
          if (!each.path.includes('{tx_id}')) continue;
          const theirs = await ask(each, { ...foreign, account_id: account.id }, body);
          expect([each.name, said(theirs)]).toEqual([each.name, nobodys]);
        }
      }
    }));

  it('answers malformed ids as missing ones', async () => {
    for (const each of operations.filter(({ path }) => /\{\w+_id\}/.test(path))) {
      for (const id of ['x', '-1', '1.5', '%00', '0x1', `acc_${'8'.repeat(26)}`, 'a'.repeat(300)]) {
        const ids = Object.fromEntries(Object.keys(own).map((name) => [name, id]));
        expect([each.name, id, (await ask(each, ids, each.body?.example)).status]).toEqual([
          each.name,
          id,
          404,
        ]);
      }
    }
  });

  it('names each field of its body that is wrong, in ten ways and more', () =>
    writingNothing(service, async () => {
      let fields = 0;
      for (const each of operations) {
        if (!each.body) continue;
        for (const field of fieldsOf(each.body.schema, schemas, each.body.example)) {
          fields += 1;
          const values = wrongValues(field.schema);
          expect(values.length).toBeGreaterThanOrEqual(10);
          for (const value of values) {
            const answer = await ask(each, own, put(field.body, field.steps, value));
            const name = nameOf(field.steps);
            const named = namesIn(answer).some((wrong) => wrong === name || wrong.startsWith(`${name}[`));
            expect([each.name, name, value, answer.status, named]).toEqual([
              each.name,
              name,
              value,
              400,
              true,
            ]);
          }
        }
      }
      expect(fields).toBeGreaterThan(80);
    }));

  it('names each parameter of its query that is wrong, sent twice, or unknown', () =>
    writingNothing(service, async () => {
      let parameters = 0;
      for (const each of operations) {
        const declared = (each.operation.parameters ?? []).filter((parameter) => parameter.in === 'query');
        const wrong = declared.flatMap(({ name, schema }) => [
          ...wrongTexts(schema, name).map((text) => [name, `${name}=${encodeURIComponent(text)}`] as const),
          [name, `${name}=a&${name}=b`] as const,
        ]);
        for (const [name, query] of [...wrong, ['$where', '$where=1'] as const]) {
          parameters += 1;
          const answer = await ask(each, own, each.body?.example, owner.token, `?${query}`);
          const named = namesIn(answer).includes(name);
          expect([each.name, query, answer.status, named]).toEqual([each.name, query, 400, true]);
        }
      }
      expect(parameters).toBeGreaterThan(150);
    }));

  it('names a field that it does not know, and refuses what is no JSON object', () =>
    writingNothing(service, async () => {
      for (const each of operations) {
        if (!each.body) continue;
        const more = await ask(each, own, { ...(each.body.example as object), $where: 1 });
        expect([each.name, more.status, namesIn(more)]).toEqual([each.name, 400, ['$where']]);
        for (const text of ['{', '[]', '"text"', 'null', '7', '{"a":1}}', '\u0000']) {
          expect([each.name, text, (await ask(each, own, text)).status]).toEqual([each.name, text, 400]);
        }
      }
    }));

  it('refuses a body of another type with 415, and one that is too large with 413', () =>
    writingNothing(service, async () => {
      const taking = operations.filter(({ body }) => body !== null);
      expect(taking.length).toBeGreaterThan(25);
      for (const { name, method, path } of taking) {
        const at = filled(path, own);
        const headers = { 'content-type': 'text/plain' };
        const typed = await service.api(method, at, { token: owner.token, body: '{}', headers });
        const large = await announced(method, at, (path.endsWith('/batch') ? 8 : 1) * 1_048_576 + 1);
        expect([name, typed.status, large]).toEqual([name, 415, 413]);
      }
    }));
});

/** The status that a request gets as soon as it has said how large its body will be. */
function announced(method: string, path: string, bytes: number): Promise<number | undefined> {
  const headers = {
    authorization: `Bearer ${owner.token}`,
    'content-type': 'application/json',
    'content-length': bytes,
  };
  return new Promise((resolve, reject) => {
    const asking = request(`${service.url}${path}`, { method, headers }, (response) => {
      resolve(response.statusCode);
      asking.destroy();
    });
    asking.on('error', reject);
    asking.flushHeaders();
  });
}

describe('two fields that disagree', () => {
  const split = [{ envelope_id: 1, amount: 6 }];
  const disagreeing: [method: string, path: string, body: unknown, code: string][] = [
    ['POST', '/accounts', { name: 'A', opening_balance: -1 }, 'envelope_overdrawn'],
    [
      'POST',
      '/accounts',
      { name: 'A', opening_balance: -10, can_go_negative: true, credit_limit: 5 },
      'credit_limit_exceeded',
    ],
    ['POST', '/accounts/:id/payers', { payer: 'P', amount: 5, split }, 'split_exceeds_amount'],
    ['PATCH', '/accounts/:id/payers/1', { amount: 5, split }, 'split_exceeds_amount'],
    ['POST', '/accounts/:id/paydays', { payer: 'P', amount: 5, split }, 'split_exceeds_amount'],
    ['POST', '/accounts/:id/paydays', { payer_id: 1, amount: 5, split }, 'split_exceeds_amount'],
    ['POST', '/accounts/:id/adjustments', { balance: 101, envelope_id: 1 }, 'nothing_to_adjust'],
    [
      'POST',
      '/accounts/:id/batch',
      { commands: [{ command: 'deposit', envelope_id: 1, amount: 1 }, { command: 'debit', envelope_id: 1, amount: 2 }] }, // prettier-ignore
      'envelope_overdrawn',
    ],
    ['POST', '/accounts/:id/undo', { expect: ':opening' }, 'not_the_last'],
    ['POST', '/accounts/:id/undo', { back_to: ':opening', expect: ':opening' }, 'not_the_last'],
  ];
  it.each(disagreeing)('%s %s is 409', async (method, path, body, code) => {
    const opening = (await account.register()).at(-1)?.id ?? '';
    const sent = JSON.stringify(body).replaceAll(':opening', opening);
    const answer = await writingNothing(service, () =>
      service.api(method, path.replace(':id', account.id), { token: owner.token, body: sent }),
    );
    expect([answer.status, answer.body['code']]).toEqual([409, code]);
  });
});
