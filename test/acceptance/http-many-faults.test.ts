import { startService, type Answer, type SignedUp, type TestService } from '../kit/service.js';

let service: TestService;
let user: SignedUp;

beforeAll(async () => {
  service = await startService();
  user = await service.signUp();
});
afterAll(() => service.stop());

describe('a request with more wrong fields than an answer names', () => {
  const many = <Item>(count: number, item: (index: number) => Item) =>
    Array.from({ length: count }, (_, index) => item(index));
  const unknown = (count: number) => Object.fromEntries(many(count, (index) => [`x${index}`, 1]));
  const wrongDeposit = { command: 'deposit', amount: -1, envelope_id: -1, description: 5, effective_on: 'x' };
  const longName = () => '\u0001'.repeat(80_000);
  const postings = (amount: number) => many(100, (index) => ({ envelope_id: index, amount }));
  const batches: [what: string, commands: object[], wrong: number, first: string][] = [
    ['a thousand wrong commands', many(1_000, () => wrongDeposit), 4_000, 'commands[0].envelope_id'],
    ['unknown fields', many(1_000, () => ({ command: 'deposit', amount: 1, ...unknown(98) })), 98_000, 'commands[0].x0'],
    [
      'a hundred thousand amounts that are not of the currency',
      many(1_000, () => ({ command: 'debit', postings: postings(1.001) })),
      100_000,
      'commands[0].postings[0].amount',
    ],
    [
      'names of fields as long as the body takes',
      many(12, () => ({ command: 'deposit', amount: -1, ...unknown(9), [longName()]: 1 })),
      132,
      'commands[0].amount',
    ],
  ]; // prettier-ignore

  const expectFirst = (answer: Answer, wrong: number) => {
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(answer.body['errors']).toHaveLength(100);
    expect(answer.body['detail']).toBe(
      `The request is not valid. ${wrong} fields are wrong, of which errors names the first 100.`,
    );
    expect(JSON.stringify(answer.body).length).toBeLessThan(150_000);
  };

  /** Where a new account takes batches. */
  async function batchesOf(name: string): Promise<string> {
    const { body } = await service.api('POST', '/accounts', { ...user, body: { name } });
    return `/accounts/${String(body['id'])}/batch`;
  }

  it.each(batches)('in a batch: %s', async (_, commands, wrong, first) => {
    const path = await batchesOf(`Of ${wrong}`);
    const answer = await service.api('POST', path, { ...user, body: { commands } });
    expectFirst(answer, wrong);
    const fields = (answer.body['errors'] as { field: string }[]).map(({ field }) => field);
    expect(fields).toContain(first);
    expect(fields.every((field) => field.length <= 201)).toBe(true);
  });

  it('is refused as it stands when it has more fields than any body of ours', async () => {
    const command = { command: 'deposit', a: unknown(98), b: unknown(98), c: unknown(98), d: unknown(98) };
    const body = { commands: many(1_000, () => command) };
    const answer = await service.api('POST', await batchesOf('Crowded'), { ...user, body });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(answer.body).toMatchObject({ detail: 'The body holds too many fields' });
    expect(answer.body['errors']).toBeUndefined();
  });

  it('in a query', async () => {
    const query = many(500, (index) => `x${index}=1`).join('&');
    expectFirst(await service.api('GET', `/accounts?${query}`, user), 500);
  });
});
