import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { dropDatabase, externalDatabase } from './external-database.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
/** Far more than it takes: a machine with other work may stand still for seconds. */
const START_MS = 120_000;

/** What a test may want of the service that it starts. */
export interface ServiceOptions {
  /** Settings beside the usual ones of tests; undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The data folder, left in place at the end; a new one, removed at the end, when not given. */
  readonly dataDir?: string;
  /** The working directory, whose `.env` is read; an empty one when not given. */
  readonly cwd?: string;
}

/** An answer, read whole. `body` is the parsed JSON, or the text where it is none. */
export interface Answer<Body = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** What a request carries. A `body` that is no string is sent as JSON. */
export interface RequestOptions {
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Somebody who has signed up and logged in. */
export interface SignedUp {
  readonly id: string;
  readonly username: string;
  readonly password: string;
  readonly household_id: string;
  readonly token: string;
}

/** How a process ended, and what it had said. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

// Tests sign up and log in more often than a person does, all from one address.
const TEST_ENV = {
  PORT: '0',
  LOGIN_FAILURES_PER_ADDRESS: '1000000',
  SIGN_UPS_PER_ADDRESS: '1000000',
  NAME_LOOKUPS_PER_ADDRESS: '1000000',
};

/** The environment of a started service: ours without the settings that a developer may have. */
function environment(dataDir: string, database: string | undefined, env: ServiceOptions['env']) {
  const { PATH, HOME, TMPDIR } = process.env;
  const external = database && {
    DB_CONNECTION_STRING: database,
    JWT_SECRET_KEY: 'of tests alone '.repeat(3),
  };
  const merged = { PATH, HOME, TMPDIR, DATA_DIR: dataDir, ...TEST_ENV, ...external, ...env };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined));
}

/** Runs the built service until it ends by itself, which a start that is refused does. */
export async function runService(options: ServiceOptions = {}): Promise<Ended> {
  const launched = await launchService(options);
  const ended = await launched.ended;
  await launched.tidy();
  return ended;
}

/** Starts the built service in a process of its own and waits until it is ready. */
export async function startService(options: ServiceOptions = {}): Promise<TestService> {
  const launched = await launchService(options);
  try {
    return new TestService(launched, await readyUrl(launched));
  } catch (error) {
    launched.child.kill('SIGKILL');
    throw error;
  }
}

/** A started process, and what it says. */
export class Launched {
  private out = '';
  private err = '';
  readonly ended: Promise<Ended>;

  constructor(
    readonly child: ChildProcess,
    readonly dataDir: string,
    /** The connection string of an external database that is only this service's; undefined: the embedded engine. */
    readonly database: string | undefined,
    private readonly temporary: string,
    private readonly dataDirIsOurs: boolean,
  ) {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.out += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.err += text));
    this.ended = new Promise((resolve) => {
      child.on('close', (code, signal) => resolve({ code, signal, stdout: this.out, stderr: this.err }));
    });
  }

  /** Everything on stdout so far. */
  get stdout(): string {
    return this.out;
  }

  /** Everything on stderr so far. */
  get stderr(): string {
    return this.err;
  }

  async tidy(): Promise<void> {
    await rm(this.temporary, { recursive: true, force: true });
    if (this.dataDirIsOurs) await rm(this.dataDir, { recursive: true, force: true });
    if (this.database) await dropDatabase(this.database);
  }
}

/** Starts the built service in a process of its own and waits for nothing. */
export async function launchService({ env, dataDir, cwd }: ServiceOptions): Promise<Launched> {
  // An empty working directory, so that no `.env` of the checkout is read.
  const empty = await mkdtemp(join(tmpdir(), 'ledger-cwd-'));
  const data = dataDir ?? (await mkdtemp(join(tmpdir(), 'ledger-')));
  // A test that names a folder is about the embedded engine.
  const database = dataDir === undefined ? externalDatabase() : undefined;
  const child = spawn(process.execPath, ['--enable-source-maps', MAIN], {
    cwd: cwd ?? empty,
    env: environment(data, database, env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new Launched(child, data, database, empty, dataDir === undefined);
}

function readyUrl(launched: Launched): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) =>
      reject(new Error(`The service ${reason}\n${launched.stdout}\n${launched.stderr}`));
    const timer = setTimeout(() => fail('was not ready in time'), START_MS);
    const look = () => {
      const url = /^Envelope Ledger is ready: (http:\S+)/m.exec(launched.stdout)?.[1];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    };
    launched.child.stdout?.on('data', look);
    void launched.ended.then(() => {
      clearTimeout(timer);
      fail('ended instead of getting ready');
    });
  });
}

let counter = 0;

/** A name that no other user of this test run has. */
export const uniqueName = (prefix = 'user'): string => `${prefix}-${process.pid}-${(counter += 1)}`;

/** The service as a client sees it, and the process behind it. */
export class TestService {
  constructor(
    private readonly launched: Launched,
    readonly url: string,
  ) {}

  get pid(): number {
    const { pid } = this.launched.child;
    if (pid === undefined) throw new Error('The service has no process');
    return pid;
  }

  get dataDir(): string {
    return this.launched.dataDir;
  }

  /** Everything on stdout so far: the line for people and the log. */
  get stdout(): string {
    return this.launched.stdout;
  }

  get stderr(): string {
    return this.launched.stderr;
  }

  /** The connection string of the database that the service keeps its data in. */
  get database(): string {
    const socket = encodeURIComponent(join(this.dataDir, 'run', 'engine.sock'));
    return this.launched.database ?? `mongodb://${socket}/envelope_ledger?directConnection=true`;
  }

  /** Resolves when the process has ended. */
  get ended(): Promise<Ended> {
    return this.launched.ended;
  }

  /** Sends a request and reads the whole answer. */
  async api<Body = Record<string, unknown>>(
    method: string,
    path: string,
    { token, body, form, headers = {} }: RequestOptions = {},
  ): Promise<Answer<Body>> {
    const sent = new Headers(headers);
    if (token !== undefined) sent.set('authorization', `Bearer ${token}`);
    if (body !== undefined && !sent.has('content-type')) sent.set('content-type', 'application/json');
    const text = form ? new URLSearchParams(form) : typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: sent,
      ...(text !== undefined && { body: text }),
    });
    const answer = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    const parsed = (isJson && answer !== '' ? JSON.parse(answer) : answer) as Body;
    return { status: response.status, headers: response.headers, body: parsed };
  }

  /** Asks for a token. */
  token(username: string, password: string): Promise<Answer> {
    return this.api('POST', '/token', { form: { grant_type: 'password', username, password } });
  }

  /** Signs somebody new up and logs them in. */
  async signUp(username = uniqueName(), password = 'correct horse battery'): Promise<SignedUp> {
    const email = `${username}@example.org`;
    const made = await this.api('POST', '/users/signup', { body: { username, email, password } });
    if (made.status !== 201) throw new Error(`Sign-up failed: ${JSON.stringify(made.body)}`);
    const logged = await this.token(username, password);
    if (logged.status !== 200) throw new Error(`Log-in failed: ${JSON.stringify(logged.body)}`);
    return {
      id: String(made.body['id']),
      username,
      password,
      household_id: String(made.body['household_id']),
      token: String(logged.body['access_token']),
    };
  }

  /** Waits until the service answers that it is ready. */
  async ready(withinMs = 120_000): Promise<void> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const answer = await this.api('GET', '/health/ready').catch(() => undefined);
      if (answer?.status === 200) return;
      if (Date.now() > deadline) throw new Error(`Not ready within ${withinMs} ms`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Sends a signal and leaves it at that. */
  signal(signal: NodeJS.Signals): void {
    this.launched.child.kill(signal);
  }

  /** Stops the service as a person would, and removes its folders. */
  async stop(): Promise<Ended> {
    this.signal('SIGTERM');
    const ended = await this.launched.ended;
    await this.launched.tidy();
    return ended;
  }

  /** Kills the service without warning; its data folder stays for the next start. */
  async kill9(): Promise<void> {
    this.signal('SIGKILL');
    await this.launched.ended;
  }
}
