import { setTimeout as pause } from 'node:timers/promises';

import { HttpClient } from '../../bench/http-client.js';
import { openLedger, type Ledger } from '../../bench/ledger.js';
import { Caller } from './caller.js';
import { commandOf, ENVELOPES, type Command, type Place } from './commands.js';
import { Outcome } from './outcome.js';

const WRITERS = 16;
const AFTER_A_FAILURE_MS = 100;
const PATIENCE_MS = 240_000;

/** Where writers write to, and how. */
export interface WritersOptions {
  /** The services, all on one database; the writers are shared out among them. */
  readonly origins: readonly string[];
  /** How many accounts they share, 8 unless given. */
  readonly accounts?: number;
}

/**
 * Sixteen clients that post without a pause, several to each account. Every second one sends an idempotency key with
 * each command, and sends the command again, perhaps to another service, until it gets an answer.
 */
export class Writers {
  readonly outcome = new Outcome();
  private running: Promise<void>[] = [];
  private stopping = false;
  private counter = 0;

  private constructor(
    private readonly origins: readonly string[],
    readonly ledger: Ledger,
  ) {}

  /** Signs a user up and fills accounts for the writers. */
  static async open({ origins, accounts = 8 }: WritersOptions): Promise<Writers> {
    const [origin = ''] = origins;
    const writers = new Writers(origins, await openLedger(origin, accounts));
    const client = new HttpClient(origin, 1, writers.ledger.token);
    for (const account of writers.ledger.accounts) await provide(client, account);
    client.close();
    return writers;
  }

  start(): void {
    this.stopping = false;
    this.running = Array.from({ length: WRITERS }, (_, writer) => this.write(writer));
  }

  /** Resolves when so many more commands have been acknowledged, however long that takes while they get on. */
  async acknowledgedMore(count: number): Promise<void> {
    const { acknowledged, surprises } = this.outcome;
    const target = acknowledged.size + count;
    let [seen, seenAt] = [acknowledged.size, Date.now()];
    while (acknowledged.size < target) {
      if (surprises.length > 0) throw new Error(surprises.slice(0, 5).join('\n'));
      if (acknowledged.size > seen) [seen, seenAt] = [acknowledged.size, Date.now()];
      if (Date.now() > seenAt + PATIENCE_MS) throw new Error('The writers do not get on');
      await pause(5);
    }
  }

  /** Lets every writer take the answer that it waits for, and stops; those with keys go on until they have one. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.running);
  }

  private async write(writer: number): Promise<void> {
    const callers = this.origins.map((origin) => new Caller(origin, this.ledger.token));
    const { accounts } = this.ledger;
    const account = accounts[writer % accounts.length] ?? '';
    let own: Place['own'];
    while (!this.stopping) {
      this.counter += 1;
      const description = `writer ${writer} command ${this.counter}`;
      const other =
        accounts[(writer + 1 + (this.counter % Math.max(1, accounts.length - 1))) % accounts.length] ?? '';
      const command = commandOf(this.counter, { account, other, own });
      const id = await this.send(callers, writer, description, command);
      if (id !== undefined && command.asked !== 'reversal') own = { account, id };
    }
    for (const caller of callers) caller.close();
  }

  private async send(
    callers: readonly Caller[],
    writer: number,
    description: string,
    { path, body, asked }: Command,
  ): Promise<string | undefined> {
    this.outcome.sent.set(description, asked);
    const key = writer % 2 === 0 ? `key of ${description}` : undefined;
    const deadline = Date.now() + PATIENCE_MS;
    for (let attempt = 0; ; attempt += 1) {
      const caller = callers[((writer >> 1) + attempt) % callers.length];
      const answer = await caller?.post(path, { ...body, description }, key);
      const fate = this.outcome.take(description, answer);
      if (fate !== 'unknown') return this.outcome.acknowledged.get(description);
      await pause(AFTER_A_FAILURE_MS);
      if (key === undefined) return undefined;
      if (Date.now() > deadline) {
        this.outcome.surprises.push(`${description}: no answer in the end`);
        return undefined;
      }
    }
  }
}

/** Money in every envelope, and so many deposits on top that an undo never comes down to it. */
async function provide(client: HttpClient, account: string): Promise<void> {
  const envelopes = Array.from({ length: ENVELOPES }, (_, index) => index + 1);
  const split = envelopes.map((envelope_id) => ({ envelope_id, amount: 100_000 }));
  const pay = { payer: 'Pay', amount: 1_000_000, split };
  await client.expect(201, 'POST', `/accounts/${account}/paydays`, pay);
  for (let count = 0; count < WRITERS; count += 1) {
    await client.expect(201, 'POST', `/accounts/${account}/deposits`, { amount: 1 });
  }
}
