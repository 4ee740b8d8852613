import { join } from 'node:path';

import { EngineProcess } from '../kit/engine-process.js';
import { filled, household, MISSING, operationsOf, type Ids, type Walked } from '../kit/operations.js';
import { startService, type SignedUp, type TestService } from '../kit/service.js';
import { WireProxy } from '../kit/wire-proxy.js';

/** Looked at by whoever asks for anything, every few seconds. */
const OF_THE_ASKER: ReadonlySet<string> = new Set(['users', 'memberships', 'households']);
/** What the driver sends of its own accord. */
const OF_THE_DRIVER: ReadonlySet<string> = new Set(['hello', 'ping', 'endSessions']);

let engine: EngineProcess;
let proxy: WireProxy;
let service: TestService;
let owner: SignedUp;
let stranger: SignedUp;
let operations: Walked[];
let own: Ids;
let foreign: Ids;
let queries: { readonly command: string; readonly collection: string }[] = [];

beforeAll(async () => {
  engine = await EngineProcess.start();
  const socket = join(engine.folder, 'proxy.sock');
  proxy = await WireProxy.start(socket, engine.socket);
  const uri = `mongodb://${encodeURIComponent(socket)}/ledger?directConnection=true`;
  service = await startService({
    env: { DB_CONNECTION_STRING: uri, JWT_SECRET_KEY: 'of tests alone '.repeat(3) },
  });
  [owner, stranger] = [await service.signUp(), await service.signUp()];
  [, own] = await household(service, owner);
  [, foreign] = await household(service, stranger);
  ({ operations } = await operationsOf(service));
  proxy.fateOf = (command, collection) => {
    if (!OF_THE_DRIVER.has(command)) queries.push({ command, collection });
    return 'pass';
  };
});
afterAll(async () => {
  await service.stop();
  await proxy.stop();
  await engine.stop();
});

/** What the database was asked for the sake of a request, and the status of its answer. */
async function costOf(method: string, path: string, body: unknown, tenant?: string) {
  queries = [];
  const headers = tenant === undefined ? {} : { 'x-tenant-id': tenant };
  const { status } = await service.api(method, path, { token: owner.token, body, headers });
  return { status, queries };
}

/** The same without what is asked about whoever asks. */
async function costOfThing(each: Walked, ids: Ids, body: unknown) {
  const { status, queries: all } = await costOf(each.method, filled(each.path, ids), body);
  return { status, queries: all.filter(({ collection }) => !OF_THE_ASKER.has(collection)) };
}

/** The bodies that an operation is tried with: one that is good, and one that is not. */
const bodiesOf = ({ method, body }: Walked): unknown[] =>
  method === 'GET' ? [undefined] : [body?.example, { nonsense: true }];

async function expectSameCosts(asked: readonly Walked[], theirs: Ids, nobodys: Ids): Promise<void> {
  for (const each of asked) {
    for (const body of bodiesOf(each)) {
      const cost = await costOfThing(each, theirs, body);
      expect([each.name, body, cost]).toEqual([each.name, body, await costOfThing(each, nobodys, body)]);
      expect([each.name, cost.status, cost.queries.length > 0]).toEqual([each.name, 404, true]);
    }
  }
}

describe("what is another household's costs the same queries as what is missing", () => {
  it('on every operation whose path names something', async () => {
    const named = operations.filter(({ path }) => /\{\w+_id\}/.test(path));
    expect(named.length).toBeGreaterThan(25);
    await expectSameCosts(named, foreign, MISSING);
  });

  it('on every operation that names something within an account of their own', async () => {
    const within = operations.filter(({ path }) => path.includes('{tx_id}'));
    expect(within.length).toBeGreaterThan(3);
    const { account_id = '' } = own;
    await expectSameCosts(within, { ...foreign, account_id }, { ...MISSING, account_id });
  });

  it.each<[what: string, path: string, body: (ids: Ids) => unknown]>([
    ['a transfer', '/transfers', ({ account_id }) => ({ to_account_id: account_id, amount: 1 })],
    [
      'a transfer in a batch',
      '/batch',
      ({ account_id }) => ({ commands: [{ command: 'transfer', to_account_id: account_id, amount: 1 }] }),
    ],
    ['an undo that expects', '/undo', ({ tx_id }) => ({ expect: tx_id })],
    ['a redo that expects', '/redo', ({ tx_id }) => ({ expect: tx_id })],
    ['an undo back to', '/undo', ({ tx_id }) => ({ back_to: tx_id })],
  ])('in the body of %s', async (_, path, body) => {
    const ask = async (ids: Ids) => {
      const { status, queries: all } = await costOf(
        'POST',
        `/accounts/${own['account_id'] ?? ''}${path}`,
        body(ids),
      );
      return { status, queries: all.filter(({ collection }) => !OF_THE_ASKER.has(collection)) };
    };
    const theirs = await ask(foreign);
    expect(theirs).toEqual(await ask(MISSING));
    expect([theirs.status, theirs.queries.length > 0]).toEqual([404, true]);
  });

  it('as the household of a request', async () => {
    const theirs = await costOf('GET', '/accounts', undefined, stranger.household_id);
    const nobodys = await costOf('GET', '/accounts', undefined, `hh_${'0'.repeat(26)}`);
    const sorted = (all: typeof queries) => all.map(({ collection }) => collection).sort();
    expect([theirs.status, nobodys.status]).toEqual([404, 404]);
    expect(sorted(theirs.queries)).toEqual([...OF_THE_ASKER].sort());
    expect(sorted(nobodys.queries)).toEqual(sorted(theirs.queries));
  });
});
