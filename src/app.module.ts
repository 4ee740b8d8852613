import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import { APP_INTERCEPTOR, Reflector } from '@nestjs/core';
import { DatabaseModule } from './database/database.module.js';
import { EventStoreModule } from './event-store/event-store.module.js';
import { EventStore } from './event-store/event-store.js';
import { idempotencyId } from './event-store/idempotency-record.js';
import { HealthModule } from './health/health.module.js';
import { AnswerLocation } from './http/answer-location.js';
import { AnswerVersion } from './http/answer-version.js';
import { AroundRoutes } from './http/around-routes.js';
import { HttpModule } from './http/http.module.js';
import { IdempotentWrites } from './http/idempotency.js';
import type { PageSizes } from './http/list-query.js';
import { UnknownQuery } from './http/unknown-query.js';
import { IdentityModule } from './identity/identity.module.js';
import { KeptAnswers } from './identity/kept-answers.js';
import type { IdentityOptions } from './identity/options.js';
import { requesterOf } from './identity/request-context.js';
import { LedgerModule } from './ledger/ledger.module.js';
import { PathInLedger } from './ledger/path-in-ledger.js';
import { MetricsModule } from './metrics/metrics.module.js';
import type { MetricsOptions } from './metrics/options.js';

/** What the application is put together from. */
export interface AppOptions {
  /** The connection string of the database, external or embedded. */
  readonly database_uri: string;
  readonly page_sizes: PageSizes;
  readonly identity: IdentityOptions;
  readonly metrics: MetricsOptions;
}

/** The answers of identity's writes lie beside the others. */
const KEPT_IN_EVENT_STORE: FactoryProvider<KeptAnswers> = {
  provide: KeptAnswers,
  inject: [EventStore],
  useFactory: (store: EventStore) => ({
    async keep(session, { household_id, user_id, idempotency }, answer) {
      if (!idempotency) return;
      const { key, fingerprint } = idempotency;
      const _id = idempotencyId(household_id, user_id, key);
      await store.keep(session, { _id, household_id, fingerprint, answer, created_at: new Date() });
    },
  }),
};

/** The whole application. */
@Module({})
export class AppModule {
  static register(options: AppOptions): DynamicModule {
    return {
      module: AppModule,
      imports: [
        DatabaseModule.register(options.database_uri),
        // Identity's guard comes before the guards of the other rooms: 401 before anything else.
        IdentityModule.register(options.identity, { from: EventStoreModule, provider: KEPT_IN_EVENT_STORE }),
        LedgerModule,
        HttpModule.register(options.page_sizes),
        HealthModule,
        MetricsModule.register(options.metrics, LedgerModule),
        EventStoreModule,
      ],
      providers: [
        {
          provide: APP_INTERCEPTOR,
          inject: [EventStore, PathInLedger, Reflector],
          useFactory: (store: EventStore, path: PathInLedger, reflector: Reflector) =>
            new AroundRoutes([
              // A repeated write is answered before its path is looked at, and the path comes before the query.
              new IdempotentWrites({ find: (...of) => store.answered(...of) }, requesterOf, reflector),
              path,
              new UnknownQuery(reflector),
              new AnswerLocation(reflector),
              new AnswerVersion(),
            ]),
        },
      ],
    };
  }
}
