import { setTimeout as pause } from 'node:timers/promises';

import { HttpClient } from '../../bench/http-client.js';
import { openLedger, type Ledger } from '../../bench/ledger.js';

const WRITERS = 8;
const ACCOUNTS = 4;
const ENVELOPES = 4;
const ANSWER_MS = 20_000;
const AFTER_A_FAILURE_MS = 200;
const PATIENCE_MS = 60_000;

/** A posting that was answered 201. */
export interface Acknowledged {
  readonly account: string;
  readonly id: string;
  readonly description: string;
}

/** What became of all postings that were sent. Descriptions are unique. */
export interface Outcome {
  readonly acknowledged: Acknowledged[];
  /** Every description that was ever sent, with what it asks for: cents by envelope, or an undo. */
  readonly sent: Map<string, Asked>;
  /** Sent, and never answered, or answered 503. */
  readonly unknown: Set<string>;
  /** Answered with something else since the last start, which has to be looked into. */
  readonly surprises: string[];
}

/** What a command is to do: change envelopes by so many cents, or undo the last transaction. */
export type Asked = ReadonlyMap<number, number> | 'undo';

interface Command {
  readonly route: string;
  readonly body: object;
  readonly asked: Asked;
}

/** Eight clients that post without a pause to four accounts, two to each. */
export class Writers {
  readonly outcome: Outcome = { acknowledged: [], sent: new Map(), unknown: new Set(), surprises: [] };
  private running: Promise<void>[] = [];
  private stopping = false;
  private counter = 0;

  private constructor(
    private readonly origin: string,
    readonly ledger: Ledger,
  ) {}

  static async open(origin: string): Promise<Writers> {
    const writers = new Writers(origin, await openLedger(origin, ACCOUNTS));
    const client = new HttpClient(origin, 1, writers.ledger.token);
    for (const account of writers.ledger.accounts) await provide(client, account);
    client.close();
    return writers;
  }

  start(): void {
    this.stopping = false;
    this.outcome.surprises.length = 0;
    this.running = Array.from({ length: WRITERS }, (_, writer) => this.write(writer));
  }

  /** Resolves when so many more postings have been acknowledged. */
  async acknowledgedMore(count: number): Promise<void> {
    const target = this.outcome.acknowledged.length + count;
    const deadline = Date.now() + PATIENCE_MS;
    while (this.outcome.acknowledged.length < target) {
      const { surprises } = this.outcome;
      if (surprises.length > 0) throw new Error(surprises.slice(0, 5).join('\n'));
      if (Date.now() > deadline) throw new Error('The writers do not get on');
      await pause(5);
    }
  }

  /** Lets every writer take the answer that it waits for, and stops. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.running);
  }

  private async write(writer: number): Promise<void> {
    const client = new HttpClient(this.origin, 1, this.ledger.token);
    const account = this.ledger.accounts[writer % ACCOUNTS] ?? '';
    while (!this.stopping) {
      this.counter += 1;
      const description = `writer ${writer} posting ${this.counter}`;
      await this.post(client, account, description, commandOf(this.counter));
    }
    client.close();
  }

  private async post(
    client: HttpClient,
    account: string,
    description: string,
    command: Command,
  ): Promise<void> {
    this.outcome.sent.set(description, command.asked);
    const sent = client.send('POST', `/accounts/${account}/${command.route}`, {
      ...command.body,
      description,
    });
    const answer = await Promise.race([sent, pause(ANSWER_MS, undefined, { ref: false })]).catch(
      () => undefined,
    );
    if (answer?.status === 201) {
      const { transaction } = answer.body as { transaction: { id: string } };
      this.outcome.acknowledged.push({ account, id: transaction.id, description });
      return;
    }
    this.outcome.unknown.add(description);
    if (answer && answer.status !== 503) {
      this.outcome.surprises.push(`${description}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    await pause(AFTER_A_FAILURE_MS);
  }
}

/** Money in every envelope, and so many deposits on top that an undo never comes down to it. */
async function provide(client: HttpClient, account: string): Promise<void> {
  const envelopes = Array.from({ length: ENVELOPES }, (_, index) => index + 1);
  const split = envelopes.map((envelope_id) => ({ envelope_id, amount: 100_000 }));
  await client.expect(201, 'POST', `/accounts/${account}/paydays`, {
    payer: 'Pay',
    amount: 1_000_000,
    split,
  });
  for (let count = 0; count < WRITERS * 2; count += 1) {
    await client.expect(201, 'POST', `/accounts/${account}/deposits`, { amount: 1 });
  }
}

/** Deposits, debits, split debits, moves and undos in turn, amounts that differ. */
function commandOf(count: number): Command {
  const cents = 100 + (count % 97);
  const amount = cents / 100;
  const one = 1 + (count % ENVELOPES);
  const other = 1 + ((count + 1) % ENVELOPES);
  switch (count % 5) {
    case 0:
      return { route: 'deposits', body: { envelope_id: one, amount }, asked: new Map([[one, cents]]) };
    case 1:
      return { route: 'debits', body: { envelope_id: one, amount }, asked: new Map([[one, -cents]]) };
    case 2:
      return splitDebit(one, other, cents);
    case 3:
      return move(one, other, cents);
    default:
      return { route: 'undo', body: {}, asked: 'undo' };
  }
}

function splitDebit(one: number, other: number, cents: number): Command {
  const postings = [one, other].map((envelope_id) => ({ envelope_id, amount: cents / 100 }));
  const asked = new Map([one, other].map((envelope) => [envelope, -cents]));
  return { route: 'debits', body: { postings }, asked };
}

function move(from_id: number, to_id: number, cents: number): Command {
  const asked = new Map([
    [from_id, -cents],
    [to_id, cents],
  ]);
  return { route: 'moves', body: { from_id, to_id, amount: cents / 100 }, asked };
}
