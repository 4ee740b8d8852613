import type { AccountClient, AccountJson, EnvelopeJson } from '../kit/ledger.js';
import { startService, type SignedUp, type TestService } from '../kit/service.js';
import { changeOf, DAYS, varyingHistory, type Recorded } from './recorded-history.js';

/** An envelope with a history, which is emptied and archived in the end. */
const RENT = 2;

let service: TestService;
let owner: SignedUp;
let account: AccountClient;
let recorded: readonly Recorded[];
let today: AccountJson;
beforeAll(async () => {
  service = await startService();
  owner = await service.signUp();
  const history = await varyingHistory(service, owner);
  ({ account } = history);
  const amount = (await account.get()).envelopes[RENT]?.balance;
  const last = await account.record('/withdrawals', {
    envelope_id: RENT,
    amount,
    effective_on: '2026-03-01',
  });
  recorded = [...history.recorded, last.transaction as Recorded];
  await account.done('DELETE', `/envelopes/${RENT}`);
  await account.done('PATCH', '/envelopes/1', { name: 'Meals' });
  await account.done('PATCH', '', { name: 'Renamed' });
  today = await account.get();
});
afterAll(() => service.stop());

/** Every envelope at the end of a day, added up from what the answers said; with today's names. */
function heldOn(day: string): EnvelopeJson[] {
  const until = recorded.filter(({ effective_on }) => effective_on <= day);
  const centsIn = (id: number) => until.reduce((sum, one) => sum + changeOf(one, id), 0);
  return today.envelopes.map((envelope) => ({ ...envelope, balance: centsIn(envelope.id) / 100 }));
}

/** The account as it must be shown as of a day: as it is today, but for what it holds. */
function shownOn(day: string, shows: (envelope: EnvelopeJson) => boolean): AccountJson {
  const held = heldOn(day);
  const cents = held.reduce((sum, { balance }) => sum + Math.round(balance * 100), 0);
  return { ...today, balance: cents / 100, envelopes: held.filter(shows) };
}

/** Days with entries, the days between, and such as lie before and after all. */
const ASKED = [...DAYS, '0001-01-01', '2025-12-15', '2026-01-09', '2026-02-02', '2026-03-01', '2199-06-29', '9999-12-31']; // prettier-ignore

describe('an account as of a day', () => {
  it.each(ASKED)('%s has the balances by effective date, and the names of today', async (day) => {
    const inUse = ({ archived, balance }: EnvelopeJson) => !archived || balance !== 0;
    expect(await account.done('GET', `?as_of=${day}`)).toEqual(shownOn(day, inUse));
    const whole = await account.done('GET', `?as_of=${day}&include_archived=true`);
    expect(whole).toEqual(shownOn(day, () => true));
  });

  it('shows an envelope that was archived since where it was not empty, and only there', async () => {
    const shows = async (day: string) =>
      (await account.done<AccountJson>('GET', `?as_of=${day}`)).envelopes.find(({ id }) => id === RENT);
    expect(await shows('2025-11-29')).toBeUndefined();
    expect(await shows('2025-11-30')).toEqual({ id: RENT, name: 'Rent', balance: 50, archived: true });
    expect(await shows('9999-12-31')).toBeUndefined();
    const never = (await account.done<AccountJson>('GET', '?as_of=2026-02-28')).envelopes[3];
    expect(never).toEqual({ id: 3, name: 'Never used', balance: 0, archived: false });
  });

  it('is as it is now at the end of all days, in money and in version', async () => {
    const end = await account.ask<AccountJson>('GET', '?as_of=9999-12-31&include_archived=true');
    expect(end.body).toEqual(today);
    expect(end.headers.get('etag')).toBe(`"${today.version}"`);
  });

  it('is told of one account: the list has no such parameter', async () => {
    const answer = await service.api('GET', '/accounts?as_of=2026-01-31', owner);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'as_of' }] } });
  });
});
