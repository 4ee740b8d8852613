import { MongoClient, type Document } from 'mongodb';

import type { Answer, SignedUp, TestService } from './service.js';

/** An envelope as the service shows it. */
export interface EnvelopeJson {
  readonly id: number;
  readonly name: string;
  readonly balance: number;
  readonly archived: boolean;
}

/** An account as the service shows it. */
export interface AccountJson {
  readonly id: string;
  readonly name: string;
  readonly currency: string;
  readonly balance: number;
  readonly version: number;
  readonly envelopes: readonly EnvelopeJson[];
  readonly [field: string]: unknown;
}

/** A row of the register as the service shows it. */
export interface TransactionJson {
  readonly id: string;
  readonly seq: number;
  readonly kind: string;
  readonly role: string;
  readonly amount: number;
  readonly balance: number;
  readonly standing: boolean;
  readonly [field: string]: unknown;
}

/** What a request that moves money is answered with. */
export interface MoneyJson {
  readonly transaction: TransactionJson;
  readonly balance: number;
  readonly envelopes: readonly EnvelopeJson[];
  readonly version: number;
}

/** A page of a list. */
export interface PageJson<Item> {
  readonly items: readonly Item[];
  readonly page: number;
  readonly page_size: number;
  readonly total: number;
  readonly total_is_exact: boolean;
  readonly next_cursor: string | null;
}

/** One account as its owner uses it. Paths are those below `/accounts/:id`. */
export class AccountClient {
  constructor(
    private readonly service: TestService,
    readonly owner: SignedUp,
    readonly id: string,
  ) {}

  /** Sends a request, whatever comes of it. */
  ask<Body = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<Answer<Body>> {
    return this.service.api<Body>(method, `/accounts/${this.id}${path}`, { token: this.owner.token, body });
  }

  /** Sends a request that must succeed, and gives its body. */
  async done<Body>(method: string, path: string, body?: unknown): Promise<Body> {
    const answer = await this.ask<Body>(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** Records a transaction. */
  record(path: string, body?: unknown): Promise<MoneyJson> {
    return this.done<MoneyJson>('POST', path, body);
  }

  /** The account, archived envelopes included. */
  get(): Promise<AccountJson> {
    return this.done<AccountJson>('GET', '?include_archived=true');
  }

  /** The register, newest first. */
  async register(query = ''): Promise<readonly TransactionJson[]> {
    const path = `/transactions?page_size=200${query}`;
    return (await this.done<PageJson<TransactionJson>>('GET', path)).items;
  }

  /** What the envelopes hold, by name, and the balance. */
  async balances(): Promise<Record<string, number>> {
    const { envelopes, balance } = await this.get();
    return { ...Object.fromEntries(envelopes.map((each) => [each.name, each.balance])), balance };
  }
}

/** Opens an account with these envelopes, which get the ids 1, 2, … */
export async function openAccount(
  service: TestService,
  owner: SignedUp,
  body: Record<string, unknown>,
  envelopes: readonly string[] = [],
): Promise<AccountClient> {
  const opened = await service.api<AccountJson>('POST', '/accounts', { token: owner.token, body });
  if (opened.status !== 201) throw new Error(`Not opened: ${JSON.stringify(opened.body)}`);
  const account = new AccountClient(service, owner, opened.body.id);
  if (envelopes.length > 0) await account.done('POST', '/envelopes', { names: envelopes });
  return account;
}

/** Every document of every collection that the service's database holds. */
export async function storedState(service: TestService): Promise<Record<string, Document[]>> {
  const client = await MongoClient.connect(service.database);
  try {
    const collections = await client.db().listCollections().toArray();
    const state: Record<string, Document[]> = {};
    for (const { name } of collections) {
      state[name] = await client.db().collection(name).find().sort({ _id: 1 }).toArray();
    }
    return state;
  } finally {
    await client.close();
  }
}
