import { operationsOf, type Walked } from '../kit/operations.js';
import { resolved, type Schema } from '../kit/schema-check.js';
import { startService, type Answer, type SignedUp, type TestService } from '../kit/service.js';
import { writingNothing } from '../kit/terms.js';

type Form = Readonly<Record<string, string>>;

let service: TestService;
let owner: SignedUp;
let schemas: Record<string, Schema>;
let taking: Walked[];
beforeAll(async () => {
  service = await startService();
  owner = await service.signUp();
  const { operations, ...described } = await operationsOf(service);
  ({ schemas } = described);
  taking = operations.filter(({ form }) => form !== null);
});
afterAll(() => service.stop());

const good = (): Form => ({ grant_type: 'password', username: owner.username, password: owner.password });

const ask = (each: Walked, body: string, type = 'application/x-www-form-urlencoded'): Promise<Answer> =>
  service.api(each.method, each.path, { body, headers: { 'content-type': type } });
const text = (form: Form): string => new URLSearchParams(form).toString();
const without = (form: Form, field: string): Form =>
  Object.fromEntries(Object.entries(form).filter(([name]) => name !== field));

/** The fields of an operation's form, and which of them must be given. */
function fieldsIn({ form }: Walked): {
  names: string[];
  required: string[];
  choices: (name: string) => unknown;
} {
  const schema = resolved(form?.schema ?? {}, schemas);
  const properties = schema['properties'] as Record<string, Schema>;
  return {
    names: Object.keys(properties),
    required: schema['required'] as string[],
    choices: (name) => properties[name]?.['enum'],
  };
}

describe('every operation that takes a form', () => {
  it('is the log-in alone, which is told with all its fields', () => {
    expect(taking.map(({ name }) => name)).toEqual(['POST /token']);
    for (const each of taking) {
      expect(each.body).toBeNull();
      const { names, required } = fieldsIn(each);
      expect(names).toEqual(['grant_type', 'username', 'password', 'scope', 'client_id', 'client_secret']);
      expect(required).toEqual(['grant_type', 'username', 'password']);
    }
  });

  it('names each field that is missing, empty or wrong', () =>
    writingNothing(service, async () => {
      let wrong = 0;
      for (const each of taking) {
        const { required, choices } = fieldsIn(each);
        for (const field of required) {
          const words = ['Password', 'password ', 'client_credentials', 'refresh_token', '1', 'true', '[]', '{}', '\u0000', 'password,password']; // prettier-ignore
          const others = Array.isArray(choices(field)) ? words : ['x'.repeat(4_097), 'ü'.repeat(100_000)];
          const forms = [
            without(good(), field),
            ...['', ...others].map((value) => ({ ...good(), [field]: value })),
            // Named as no form field is: the field itself is missing then.
            { ...without(good(), field), [`${field}[]`]: 'password' },
            { ...without(good(), field), [`${field}[$gt]`]: '' },
            { ...without(good(), field), [field.toUpperCase()]: 'password' },
          ];
          for (const form of forms) {
            wrong += 1;
            const { status, body } = await ask(each, text(form));
            const named = ((body['errors'] ?? []) as { field: string }[]).map((error) => error.field);
            const error = body['error'] === 'invalid_request' || body['error'] === 'unsupported_grant_type';
            expect([form, status, body['code'], named, error]).toEqual([
              form,
              400,
              'invalid_request',
              [field],
              true,
            ]);
          }
        }
        const empty = await ask(each, '');
        expect(empty).toMatchObject({ status: 400, body: { errors: required.map((field) => ({ field })) } });
      }
      expect(wrong).toBeGreaterThanOrEqual(25);
    }));

  it('refuses a field that is given twice, what is no form, and what is too large', () =>
    writingNothing(service, async () => {
      for (const each of taking) {
        for (const field of fieldsIn(each).names) {
          const form = text({ scope: '', client_id: '', client_secret: '', ...good() });
          const twice = await ask(each, `${form}&${field}=x`);
          expect([field, twice.status, twice.body['code']]).toEqual([field, 400, 'invalid_request']);
        }
        for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x']) {
          const typed = await ask(each, JSON.stringify(good()), type);
          expect([type, typed.status, typed.body['code']]).toEqual([type, 415, 'unsupported_media_type']);
        }
        expect((await ask(each, `username=${'x'.repeat(1_048_576)}`)).status).toBe(413);
      }
    }));

  it('passes over what OAuth clients send beside it, whatever that is', async () => {
    for (const each of taking) {
      for (const value of ['', 'x', 'x'.repeat(10_000), '\u0000', '{"$gt":""}', 'ü %zz &=']) {
        const more = {
          scope: value,
          client_id: value,
          client_secret: value,
          [`more ${value.slice(0, 5)}`]: value,
        };
        expect((await ask(each, text({ ...good(), ...more }))).status).toBe(200);
      }
    }
  });
});
