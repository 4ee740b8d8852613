import { HttpClient } from '../../bench/http-client.js';
import { EngineProcess } from '../kit/engine-process.js';
import { Caller } from './caller.js';
import { audited, FULL, VERIFY_MS } from './rounds.js';
import { databaseOf, Services } from './services.js';
import { Writers } from './writers.js';

const ACKNOWLEDGED = FULL ? 20_000 : 1_000;
const DEBITS = 200;

describe('two services on one database, and one account that all write to', () => {
  let engine: EngineProcess;
  let services: Services;
  let writers: Writers;

  beforeAll(async () => {
    engine = await EngineProcess.start();
    services = await Services.start(2, databaseOf(engine));
    writers = await Writers.open({ origins: services.origins, accounts: 1 });
  });

  afterAll(async () => {
    await services.stop();
    await engine.stop();
  });

  it('loses nothing, records nothing twice or in part, and answers nothing but what it may', async () => {
    const { outcome } = writers;
    writers.start();
    await writers.acknowledgedMore(ACKNOWLEDGED);
    await writers.stop();
    const { events, problems } = await audited(databaseOf(engine), writers);
    const { acknowledged, refused, unavailable } = outcome;
    process.stdout.write(
      `two services, one account: ${acknowledged.size} acknowledged, ${refused.size} refused, ${unavailable} answers of 503, ${events} events\n`,
    );
    if (problems.length > 0) console.error(services.complaints);
    expect(problems).toEqual([]);
    expect(acknowledged.size).toBeGreaterThanOrEqual(ACKNOWLEDGED);
  }, 600_000);

  it(`lets exactly half of ${DEBITS} debits through where the envelope holds half of them`, async () => {
    const { token, accounts } = writers.ledger;
    const [account = ''] = accounts;
    const [origin = ''] = services.origins;
    const owner = new HttpClient(origin, 1, token);
    const made = { names: ['Crowded'] };
    const path = `/accounts/${account}`;
    type Added = { envelopes: { id: number }[] };
    const { envelopes } = await owner.expect<Added>(201, 'POST', `${path}/envelopes`, made);
    const envelope_id = envelopes[0]?.id;
    await owner.expect(201, 'POST', `${path}/deposits`, { envelope_id, amount: DEBITS / 2 });
    const callers = services.origins.map((each) => new Caller(each, token, 32));
    const fates = await Promise.all(
      Array.from({ length: DEBITS }, (_, turn) =>
        debitUntilAnswered(callers, turn, `${path}/debits`, envelope_id),
      ),
    );
    const count = (fate: string) => fates.filter((each) => each === fate).length;
    expect([count('201'), count('409 envelope_overdrawn')]).toEqual([DEBITS / 2, DEBITS / 2]);
    for (const caller of callers) caller.close();
    owner.close();
  });

  it(
    'leaves a database that ledger:verify finds nothing in',
    async () => {
      const { code, stdout } = await services.verify();
      expect([code, stdout]).toEqual([0, expect.stringContaining('All is well')]);
    },
    VERIFY_MS,
  );
});

/** Debits 1.00 under a key, again and at the other service where an answer is 503; gives the status, and the code of a refusal. */
async function debitUntilAnswered(
  callers: readonly Caller[],
  turn: number,
  path: string,
  envelope_id: number | undefined,
): Promise<string> {
  for (let attempt = turn; ; attempt += 1) {
    const caller = callers[attempt % callers.length];
    const answer = await caller?.post(path, { envelope_id, amount: 1 }, `debit ${turn}`);
    if (answer && answer.status !== 503) {
      const { code } = answer.body;
      return typeof code === 'string' ? `${answer.status} ${code}` : String(answer.status);
    }
  }
}
