import type { DynamicModule, Type } from '@nestjs/common';

/** The built service, as seen from here. */
const SERVICE = new URL('../../../dist/', import.meta.url).href;

/** What a deposit's body says. */
export interface DepositFields {
  readonly envelope_id?: number;
  /** In major units. */
  readonly amount: number;
  readonly description?: string;
  readonly effective_on?: string;
}

/** Who sends a request. */
export interface Requester {
  readonly household_id: string;
  readonly user_id: string;
  readonly username: string;
  readonly time_zone: string;
}

/** What the fold of a ledger gives: the state after events, and what they change in the read models. */
interface Folded {
  readonly after: object;
  readonly projection: { readonly changes: readonly object[] };
}

/** The service's own parts that the bench's routes are made of, or that it measures by themselves. */
interface Parts {
  readonly 'app.module.js': { readonly AppModule: { register(options: unknown): DynamicModule } };
  readonly 'ledger/commands/deposit.js': { readonly DepositBody: Type<DepositFields> };
  readonly 'identity/request-context.js': { readonly Context: () => ParameterDecorator };
  readonly 'ledger/projections/ledger-read-models.js': {
    readonly ledgerReadModels: (
      usernamesOf: (ids: readonly string[]) => Promise<ReadonlyMap<string, string>>,
    ) => {
      project(before: object | null, events: readonly object[], generation: number): Promise<Folded>;
    };
  };
  readonly 'event-store/pending-documents.js': {
    readonly PendingDocuments: new () => {
      take(changes: readonly { readonly owner: object; readonly change: object }[]): void;
    };
  };
  readonly 'kernel/ids.js': { readonly newId: (kind: string) => string };
  readonly 'kernel/dates.js': { readonly dateInTimeZone: (now: Date, time_zone: string) => string };
  readonly 'kernel/problem.js': { readonly Problem: new (code: string) => Error };
}

/** A module of the built service. */
export const servicePart = async <Name extends keyof Parts>(name: Name): Promise<Parts[Name]> =>
  (await import(`${SERVICE}${name}`)) as Parts[Name];
