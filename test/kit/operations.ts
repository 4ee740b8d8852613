import { openAccount, type AccountClient, type TransactionJson } from './ledger.js';
import type { Schema } from './schema-check.js';
import type { SignedUp, TestService } from './service.js';

/** An operation as the OpenAPI description has it. */
export interface Operation {
  readonly security: readonly object[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: {
    readonly content: Readonly<
      Record<
        string,
        {
          readonly schema: Schema;
          readonly example?: unknown;
          readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
        }
      >
    >;
  };
}

/** An operation, ready to be asked for. */
export interface Walked {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
  /** The schema of its JSON body and an example of it, where it takes one. */
  readonly body: Sample | null;
  /** The same of its form, where it takes one. */
  readonly form: Sample | null;
}

/** What a body is like, and an example of it. */
export interface Sample {
  readonly schema: Schema;
  readonly example: unknown;
}

/** What the parameters of paths stand for. */
export type Ids = Readonly<Record<string, string>>;

/** Ids of things that nobody has. */
export const MISSING: Ids = {
  account_id: `acc_${'0'.repeat(26)}`,
  tx_id: `tx_${'0'.repeat(26)}`,
  batch_id: `bat_${'0'.repeat(26)}`,
  envelope_id: '1999',
  payer_id: '1999',
};

/** Every operation that a service describes, and the schemas that the descriptions refer to. */
export async function operationsOf(
  service: TestService,
): Promise<{ readonly operations: Walked[]; readonly schemas: Record<string, Schema> }> {
  const { body } = await service.api<{
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, Schema> };
  }>('GET', '/openapi.json');
  const operations = Object.entries(body.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => walked(method.toUpperCase(), path, operation)),
  );
  return { operations, schemas: body.components.schemas };
}

function walked(method: string, path: string, operation: Operation): Walked {
  const sampleOf = (type: string): Sample | null => {
    const media = operation.requestBody?.content[type];
    if (!media) return null;
    const example = media.example ?? Object.values(media.examples ?? {})[0]?.value;
    return { schema: media.schema, example };
  };
  const [body, form] = [sampleOf('application/json'), sampleOf('application/x-www-form-urlencoded')];
  return { name: `${method} ${path}`, method, path, operation, body, form };
}

/** A path with ids in place of its parameters. */
export const filled = (path: string, ids: Ids): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const id = ids[name];
    if (id === undefined) throw new Error(`No id for ${name}: ${path}`);
    return encodeURIComponent(id);
  });

/** An account with something of everything, and the ids of it. */
export async function household(service: TestService, user: SignedUp): Promise<[AccountClient, Ids]> {
  const opened = await openAccount(service, user, { name: 'Walked', opening_balance: 100 }, ['Food', 'Old']);
  await opened.done('POST', '/payers', { payer: 'Acme', amount: 10 });
  const { batch_id, transactions } = await opened.done<{ batch_id: string; transactions: TransactionJson[] }>(
    'POST',
    '/batch',
    { commands: [{ command: 'deposit', amount: 1 }] },
  );
  const tx_id = transactions[0]?.id ?? '';
  const { username } = user;
  return [opened, { account_id: opened.id, envelope_id: '1', payer_id: '1', tx_id, batch_id, username }];
}
