import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { startService, type TestService } from '../kit/service.js';

const HTTPYAC = resolve('node_modules/httpyac/bin/httpyac.js');

/** A request of the file: the line of its `###`, and what its `# expect` line says. */
interface Expected {
  readonly line: number;
  readonly title: string;
  /** `409 name_taken` */
  readonly answer: string;
}

/** What httpyac reports of a request. */
interface Reported {
  readonly line: number;
  readonly response?: {
    readonly statusCode: number;
    readonly body?: string;
    readonly request: { readonly method: string; readonly url: string };
  };
  readonly testResults: { readonly message: string }[];
}

/** Cuts the file at its `###` lines. Throws for a request without an expectation, or with two. */
function expectations(file: string): Expected[] {
  const blocks: { line: number; lines: string[] }[] = [];
  file.split('\n').forEach((text, index) => {
    if (text.startsWith('###')) blocks.push({ line: index + 1, lines: [text] });
    else blocks.at(-1)?.lines.push(text);
  });
  return blocks.map(({ line, lines }) => {
    const title = lines[0]?.replace(/^#+\s*/, '') ?? '';
    const said = lines.flatMap((text) => [...text.matchAll(/^# expect (\d{3}(?: \w+)?)$/g)]);
    const [only] = said;
    if (said.length !== 1 || !only) throw new Error(`${title}: ${said.length} expectations`);
    return { line, title, answer: only[1] ?? '' };
  });
}

describe('requests.http', () => {
  let service: TestService;
  let folder: string;
  let expected: Expected[];

  beforeAll(async () => {
    service = await startService();
    folder = await mkdtemp(join(tmpdir(), 'requests-'));
    const file = await readFile('requests.http', 'utf8');
    expected = expectations(file);
    const here = file.replace(/^@host = .*$/m, `@host = ${service.url}`);
    await writeFile(join(folder, 'requests.http'), here);
    await cp('httpyac.config.cjs', join(folder, 'httpyac.config.cjs'));
  });

  afterAll(async () => {
    await service.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** httpyac ends itself before a pipe has taken all that it prints (seen on Node 26); a file takes it at once. */
  async function sendAll(): Promise<Reported[]> {
    const { NODE_OPTIONS: _jests, ...env } = process.env;
    const report = join(folder, 'report.json');
    const output = await open(report, 'w');
    try {
      const child = spawn(process.execPath, [HTTPYAC, 'send', 'requests.http', '--all', '--json'], {
        cwd: folder,
        env,
        stdio: ['ignore', output.fd, 'inherit'],
      });
      await once(child, 'exit');
    } finally {
      await output.close();
    }
    return (JSON.parse(await readFile(report, 'utf8')) as { requests: Reported[] }).requests;
  }

  it('says of every request what it expects', () => {
    expect(expected.length).toBeGreaterThan(50);
    expect(() => expectations('### a\nGET /a\n')).toThrow('a: 0 expectations');
  });

  it('walks every route that OpenAPI describes', async () => {
    const { body } = await service.api<{ paths: Record<string, object> }>('GET', '/openapi.json');
    const routes = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const walked = (await sendAll()).map(({ response }) => response?.request);
    expect(routes.length).toBeGreaterThan(25);
    expect(routes.filter((route) => !walked.some((request) => request && isOf(route, request)))).toEqual([]);
  });

  it.each([1, 2])('is answered as it says, run %i on the same database', async () => {
    const answers = (await sendAll()).map((reported) => [reported.line, answerOf(reported)]);
    expect(answers).toEqual(expected.map(({ line, answer }) => [line, answer]));
  });
});

/** Whether a request goes to a route such as `GET /accounts/{account_id}`. */
function isOf(route: string, { method, url }: { method: string; url: string }): boolean {
  const asked = `${method} ${new URL(url).pathname}`.split('/');
  const steps = route.split('/');
  return (
    steps.length === asked.length && steps.every((step, index) => /^\{/.test(step) || step === asked[index])
  );
}

/** Status and, for a problem, its code; or why there was no answer. */
function answerOf({ response, testResults }: Reported): string {
  if (!response) return testResults.map(({ message }) => message).join('; ');
  const { statusCode, body } = response;
  const { code } = (body?.startsWith('{') ? JSON.parse(body) : {}) as { code?: string };
  return code === undefined ? String(statusCode) : `${statusCode} ${code}`;
}
