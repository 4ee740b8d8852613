import type { AccountClient } from '../kit/ledger.js';
import { startService, type SignedUp, type TestService } from '../kit/service.js';
import { writingNothing } from '../kit/terms.js';
import { openTarget, wrongFields } from './invalid-requests.js';

let service: TestService;
let owner: SignedUp;
let account: AccountClient;
beforeAll(async () => {
  service = await startService();
  owner = await service.signUp();
  account = await openTarget(service, owner, 'Target');
});
afterAll(() => service.stop());

/** Requests that are right as they stand, by route. */
const RIGHT: Readonly<Record<string, [method: string, path: string, body: Record<string, unknown>]>> = {
  deposit: ['POST', '/deposits', { envelope_id: 0, amount: 1, description: 'd', effective_on: '2026-01-31' }],
  debit: ['POST', '/debits', { envelope_id: 0, amount: 1, description: 'd', effective_on: '2026-01-31' }],
  'split debit': ['POST', '/debits', { postings: [{ envelope_id: 0, amount: 1 }] }],
  withdrawal: ['POST', '/withdrawals', { envelope_id: 0, amount: 1, description: 'd' }],
  move: ['POST', '/moves', { from_id: 0, to_id: 1, amount: 1, description: 'd' }],
  payday: ['POST', '/paydays', { payer_id: 1, amount: 5, split: [{ envelope_id: 1, amount: 1 }] }],
  'other payday': ['POST', '/paydays', { payer: 'P', amount: 5, split: [{ envelope_id: 1, amount: 1 }] }],
  undo: ['POST', '/undo', { description: 'd' }],
  redo: ['POST', '/redo', { description: 'd' }],
  adjustment: ['POST', '/adjustments', { balance: 7, envelope_id: 0, description: 'd' }],
  batch: [
    'POST',
    '/batch',
    {
      commands: [
        { command: 'deposit', amount: 1 },
        { command: 'debit', postings: [{ envelope_id: 0, amount: 1 }] },
      ],
    },
  ],
  envelope: ['POST', '/envelopes', { name: 'New' }],
  envelopes: ['POST', '/envelopes', { names: ['New'] }],
  rename: ['PATCH', '/envelopes/1', { name: 'New' }],
  payer: ['POST', '/payers', { payer: 'P', amount: 5, split: [{ envelope_id: 1, amount: 1 }] }],
  'change of payer': [
    'PATCH',
    '/payers/1',
    { payer: 'P', amount: 5, split: [{ envelope_id: 1, amount: 1 }] },
  ],
  'change of account': ['PATCH', '', { name: 'N', can_go_negative: true, credit_limit: 5 }],
};

type Path = (string | number)[];

/** Every place in a body that holds a plain value. */
function leaves(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, inner]) =>
    leaves(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

function put(body: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(body))
    return body.map((item: unknown, index) => (index === key ? put(item, rest, value) : item));
  const object = body as Record<string, unknown>;
  return { ...object, [key]: put(object[key], rest, value) };
}

const fieldName = (path: Path): string =>
  path.reduce<string>(
    (name, part) => (typeof part === 'number' ? `${name}[${part}]` : name === '' ? part : `${name}.${part}`),
    '',
  );

/** Values that fit no field at all. */
const WRONG_ANYWHERE: readonly unknown[] = [
  { $gt: '' },
  { $ne: null },
  { $where: '1' },
  [{ $gt: '' }],
  [[1]],
  { toString: 1 },
  { valueOf: null },
  { then: 1 },
  { toJSON: 1 },
];

it('the requests that the tests below spoil are accepted as they stand', async () => {
  const whole = await openTarget(service, owner, 'Whole');
  for (const [index, [method, path, body]] of Object.values(RIGHT).entries()) {
    const named = 'name' in body ? { ...body, name: `New ${index}` } : body;
    expect((await whole.ask(method, path, named)).status).toBeLessThan(300);
  }
});

describe.each(Object.entries(RIGHT))('%s', (_, [method, path, body]) => {
  it('refuses an operator, or another shape, in place of any value', () =>
    writingNothing(service, async () => {
      for (const place of leaves(body)) {
        for (const wrong of WRONG_ANYWHERE) {
          wrongFields(await account.ask(method, path, put(body, place, wrong)));
        }
        const named = wrongFields(await account.ask(method, path, put(body, place, { $gt: '' })));
        expect(named).toContain(fieldName(place).replace('names[0]', 'names'));
      }
    }));

  it('names unknown fields', () =>
    writingNothing(service, async () => {
      for (const field of ['ammount', '$where', 'household_id', '_id']) {
        expect(wrongFields(await account.ask(method, path, { ...body, [field]: 1 }))).toEqual([field]);
      }
    }));

  it('refuses what is no object', () =>
    writingNothing(service, async () => {
      for (const text of ['[]', '"text"', '1', 'null', '{', '{"__proto__": {"amount": 1}}']) {
        wrongFields(await account.ask(method, path, text));
      }
    }));
});
