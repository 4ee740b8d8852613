import { networkInterfaces } from 'node:os';

import { openAccount } from '../kit/ledger.js';
import { startService, type TestService } from '../kit/service.js';

const read = async (service: TestService, headers: Record<string, string> = {}) =>
  service.api<string>('GET', '/metrics', { headers });

/** The samples of a text in Prometheus' format, by name and labels. */
async function samples(service: TestService): Promise<Map<string, number>> {
  const { body } = await read(service);
  const lines = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

describe('/metrics', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService({ env: { TRUST_PROXY: 'on' } });
  });
  afterAll(() => service.stop());

  it('counts what was recorded by kind, what was refused, and in how many commits', async () => {
    const owner = await service.signUp();
    const account = await openAccount(service, owner, { name: 'Measured', opening_balance: 10 }, ['Food']);
    const before = await samples(service);
    await account.record('/deposits', { amount: 5 });
    await account.record('/deposits', { amount: 5 });
    await account.record('/moves', { from_id: 0, to_id: 1, amount: 1 });
    await account.record('/undo');
    expect((await account.ask('POST', '/debits', { envelope_id: 1, amount: 100 })).status).toBe(409);
    const after = await samples(service);
    const grown = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
    expect(grown('ledger_postings_total{kind="deposit"}')).toBe(2);
    expect(grown('ledger_postings_total{kind="move"}')).toBe(1);
    expect(grown('ledger_postings_total{kind="undo"}')).toBe(1);
    expect(grown('ledger_refusals_total')).toBe(1);
    expect(grown('ledger_commits_total')).toBe(4);
    expect(grown('ledger_commit_commands_count')).toBe(4);
    expect(grown('ledger_commit_commands_sum')).toBe(4);
    expect(after.get('ledger_queue_length')).toBe(0);
    expect(after.get('ledger_conflicts_total')).toBe(0);
    const dry = await account.ask('POST', '/debits?dry_run=true', { envelope_id: 0, amount: 1 });
    expect(dry).toMatchObject({ status: 200, body: { balance: 19 } });
    expect((await samples(service)).has('ledger_postings_total{kind="debit"}')).toBe(false);
    expect(await account.balances()).toMatchObject({ balance: 20 });
  });

  it('shows batches once commands come together', async () => {
    const owner = await service.signUp();
    const account = await openAccount(service, owner, { name: 'Crowded' });
    const before = await samples(service);
    await Promise.all(Array.from({ length: 40 }, () => account.record('/deposits', { amount: 1 })));
    const after = await samples(service);
    const grown = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
    expect(grown('ledger_commit_commands_sum')).toBe(40);
    expect(grown('ledger_commit_commands_count')).toBeLessThan(40);
  });

  it('measures requests by their route, without ids', async () => {
    const owner = await service.signUp();
    const account = await openAccount(service, owner, { name: 'Routed' });
    await account.get();
    await service.api('GET', '/no/such/route');
    const after = await samples(service);
    const count = (labels: string) => after.get(`http_request_duration_seconds_count{${labels}}`) ?? 0;
    expect(count('method="GET",route="/accounts/:account_id",status="2xx"')).toBeGreaterThanOrEqual(1);
    expect(count('method="any",route="none",status="4xx"')).toBeGreaterThanOrEqual(1);
    expect([...after.keys()].filter((name) => /(acc|usr|hh)_0/.test(name))).toEqual([]);
  });

  it('shows the process', async () => {
    const now = await samples(service);
    for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes']) {
      expect(now.get(name)).toBeGreaterThan(0);
    }
  });

  it('is text in the format that Prometheus reads', async () => {
    const { headers, status } = await read(service);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  });

  it.each(['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'])(
    'does not exist for whoever comes through a proxy: %s',
    async (name) => {
      const answer = await service.api('GET', '/metrics', { headers: { [name]: '127.0.0.1' } });
      expect(answer).toMatchObject({ status: 404, body: { code: 'route_not_found' } });
    },
  );
});

describe('METRICS', () => {
  const address = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address;

  it('on loopback is for this machine, whatever its own address is', async () => {
    const service = await startService({ env: { HOST: '0.0.0.0' } });
    expect((await read(service)).status).toBe(200);
    if (address !== undefined) {
      const outside = await fetch(`${service.url.replace('localhost', address)}/metrics`);
      expect(outside.status).toBe(404);
    }
    await service.stop();
  });

  it('open is for everybody, off for nobody', async () => {
    const open = await startService({ env: { METRICS: 'open' } });
    expect((await read(open, { 'x-forwarded-for': '192.0.2.1' })).status).toBe(200);
    await open.stop();
    const off = await startService({ env: { METRICS: 'off' } });
    expect((await off.api('GET', '/metrics')).body).toMatchObject({ code: 'route_not_found' });
    await off.stop();
  });
});
