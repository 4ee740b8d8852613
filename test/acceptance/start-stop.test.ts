import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { request, type ClientRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childrenOf } from '../../bench/processes.js';
import {
  launchService,
  runService,
  startService,
  uniqueName,
  type Answer,
  type TestService,
} from '../kit/service.js';

/** A sign-up whose body is sent in two halves, so that it is in flight for as long as a test wants. */
class SlowSignUp {
  private constructor(
    private readonly sent: ClientRequest,
    private readonly rest: string,
    private readonly answer: Promise<Answer>,
  ) {}

  static async begin(service: TestService): Promise<SlowSignUp> {
    const username = uniqueName('slow');
    const body = JSON.stringify({ username, email: `${username}@example.org`, password: 'long enough' });
    const sent = request(`${service.url}/users/signup`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': body.length, expect: '100-continue' },
    });
    const answer = new Promise<Answer>((resolve, reject) => {
      sent.on('error', reject);
      sent.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (more: string) => (text += more));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: new Headers({ connection: response.headers.connection ?? '' }),
            body: JSON.parse(text) as Record<string, unknown>,
          }),
        );
      });
    });
    // "100 Continue" says that the server has the headers and waits for the body.
    await new Promise((resolve) => sent.on('continue', resolve).flushHeaders());
    sent.write(body.slice(0, 10));
    return new SlowSignUp(sent, body.slice(10), answer);
  }

  finish(): Promise<Answer> {
    this.sent.end(this.rest);
    return this.answer;
  }
}

const said = async (service: TestService, text: string): Promise<void> => {
  while (!service.stdout.includes(text)) await new Promise((resolve) => setTimeout(resolve, 10));
};
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Signals a start that is under way, and sees it end; where it was over by then, on a slow machine, another is begun. */
async function signalledInTime(dataDir: string, signal: NodeJS.Signals) {
  for (;;) {
    const starting = await launchService({ dataDir });
    // The engine's folder is made once it is being started.
    while (!existsSync(join(dataDir, 'db'))) await new Promise((resolve) => setTimeout(resolve, 5));
    const [engine = 0] = childrenOf(starting.child.pid ?? 0);
    starting.child.kill(signal);
    const ended = await starting.ended;
    await starting.tidy();
    if (!ended.stdout.includes('Envelope Ledger is ready')) return { ended, engine };
    await rm(join(dataDir, 'db'), { recursive: true });
  }
}

describe('a start', () => {
  it('says in one line where it is, where Swagger UI is and which database it runs on', async () => {
    const service = await startService();
    const line = service.stdout.split('\n').find((text) => text.startsWith('Envelope Ledger is ready'));
    expect(line).toBe(
      `Envelope Ledger is ready: ${service.url} | Swagger UI: ${service.url}/docs | database: embedded engine in ${service.dataDir}`,
    );
    expect(service.url).toMatch(/^http:\/\/localhost:\d+$/);
    await service.stop();
  });

  it('on a folder that is in use says so and leaves the first one alone', async () => {
    const first = await startService();
    const second = await runService({ dataDir: first.dataDir });
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(/^Envelope Ledger cannot start: DATA_DIR .+ in use by another process\n$/);
    expect((await first.api('GET', '/health/ready')).status).toBe(200);
    await first.signUp();
    await first.stop();
  });

  it('waits for a folder that is just being left', async () => {
    const first = await startService();
    const slow = await SlowSignUp.begin(first);
    first.signal('SIGTERM');
    await said(first, 'Stopping');
    const second = startService({ dataDir: first.dataDir });
    expect((await slow.finish()).status).toBe(201);
    expect((await first.ended).code).toBe(0);
    const service = await second;
    expect((await service.api('GET', '/health/ready')).status).toBe(200);
    expect((await service.stop()).code).toBe(0);
  });

  it('takes a data folder that is deeper than a socket may be', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'ledger-'));
    const service = await startService({ dataDir: join(parent, 'deep'.repeat(30), 'data') });
    await service.signUp();
    expect((await service.stop()).code).toBe(0);
    await rm(parent, { recursive: true });
  });

  it.each(['/proc/x', '/proc/x/deeper', '/dev/null/x', '/etc/hostname'])(
    'on a folder that cannot be made (%s) is refused at once, in one line',
    async (dataDir) => {
      const ended = await runService({ dataDir });
      expect(ended.code).toBe(1);
      expect(ended.stderr).toMatch(
        /^Envelope Ledger cannot start: DATA_DIR .+ cannot be used: E[A-Z]+: .+\n$/,
      );
      expect(ended.stderr).toContain(dataDir);
    },
  );

  it.each(['SIGTERM', 'SIGINT'] as const)('that is under way ends at once by %s', async (signal) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'ledger-'));
    const { ended, engine } = await signalledInTime(dataDir, signal);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    // The engine may get to its own ready line while it is being told to stop.
    expect(ended.stdout).toMatch(/^Stopped before it was ready\.$/m);
    while (engine !== 0 && isAlive(engine)) await new Promise((resolve) => setTimeout(resolve, 5));
    const next = await startService({ dataDir });
    expect((await next.stop()).code).toBe(0);
    await rm(dataDir, { recursive: true });
  });

  it('serves no documents with DOCS off, and says nothing of them', async () => {
    const service = await startService({ env: { DOCS: 'off' } });
    expect(service.stdout).not.toContain('Swagger');
    expect((await service.api('GET', '/docs')).status).toBe(404);
    expect((await service.api('GET', '/openapi.json')).status).toBe(404);
    await service.stop();
  });
});

describe('a stop', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'by %s finishes the request in flight, then ends',
    async (signal) => {
      const service = await startService();
      const engine = childrenOf(service.pid)[0] ?? 0;
      expect(isAlive(engine)).toBe(true);
      const slow = await SlowSignUp.begin(service);
      service.signal(signal);
      await said(service, 'Stopping');
      await expect(fetch(`${service.url}/health/live`)).rejects.toThrow();
      expect((await slow.finish()).status).toBe(201);
      const ended = await service.ended;
      expect(ended).toMatchObject({ code: 0, signal: null, stderr: '' });
      expect(isAlive(engine)).toBe(false);
      await service.stop();
    },
  );

  it('by Ctrl-C, which a terminal sends to the engine too, is the same', async () => {
    const service = await startService();
    const slow = await SlowSignUp.begin(service);
    process.kill(childrenOf(service.pid)[0] ?? 0, 'SIGINT');
    service.signal('SIGINT');
    await said(service, 'Stopping');
    expect((await slow.finish()).status).toBe(201);
    expect(await service.ended).toMatchObject({ code: 0, stderr: '' });
    expect(service.stdout).not.toContain('the engine ended');
    await service.stop();
  });

  it('by SIGTERM to the engine, too, as systemd sends it to all processes at once, ends all the same', async () => {
    const service = await startService();
    const slow = await SlowSignUp.begin(service);
    process.kill(childrenOf(service.pid)[0] ?? 0, 'SIGTERM');
    service.signal('SIGTERM');
    await said(service, 'Stopping');
    expect([201, 503]).toContain((await slow.finish()).status);
    expect(await service.ended).toMatchObject({ code: 0, stderr: '' });
    await service.stop();
  });

  it('asked for many times is one stop', async () => {
    const service = await startService();
    const slow = await SlowSignUp.begin(service);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGINT', 'SIGTERM'] as const) service.signal(signal);
    await said(service, 'Stopping');
    service.signal('SIGTERM');
    expect((await slow.finish()).status).toBe(201);
    expect(await service.ended).toMatchObject({ code: 0, stderr: '' });
    await service.stop();
  });

  it('keeps what was written, and the tokens good', async () => {
    const first = await startService();
    const user = await first.signUp();
    const { dataDir } = first;
    first.signal('SIGTERM');
    await first.ended;
    const second = await startService({ dataDir });
    const me = await second.api('GET', '/users/me', { token: user.token });
    expect(me.body).toMatchObject({ id: user.id, household_id: user.household_id });
    await second.stop();
    await first.stop();
  });
});

describe('when the engine dies', () => {
  it('every request is answered, by what it asked for or 503, and the service goes on', async () => {
    const service = await startService();
    const user = await service.signUp();
    for (let kill = 0; kill < 3; kill += 1) {
      const engine = childrenOf(service.pid)[0] ?? 0;
      const asked: Promise<Answer>[] = [];
      const ask = () => asked.push(service.api('GET', '/users/me', { token: user.token }));
      for (let i = 0; i < 16; i += 1) ask();
      process.kill(engine, 'SIGKILL');
      while (childrenOf(service.pid).includes(engine)) ask();
      for (let i = 0; i < 16; i += 1) ask();
      for (const { status, body, headers } of await Promise.all(asked)) {
        if (status === 200) continue;
        expect({ status, code: body.code }).toEqual({ status: 503, code: 'service_unavailable' });
        expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      }
      await service.ready();
      await service.signUp();
    }
    expect((await service.stop()).code).toBe(0);
  });
});
