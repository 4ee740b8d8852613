import { Module, type DynamicModule } from '@nestjs/common';
import { DatabaseModule } from './database/database.module.js';
import { HealthModule } from './health/health.module.js';
import { HttpModule } from './http/http.module.js';
import type { PageSizes } from './http/list-query.js';
import { IdentityModule } from './identity/identity.module.js';
import type { IdentityOptions } from './identity/options.js';
import { LedgerModule } from './ledger/ledger.module.js';

/** What the application is put together from. */
export interface AppOptions {
  /** The connection string of the database, external or embedded. */
  readonly database_uri: string;
  readonly page_sizes: PageSizes;
  readonly identity: IdentityOptions;
}

/** The whole application. */
@Module({})
export class AppModule {
  static register(options: AppOptions): DynamicModule {
    return {
      module: AppModule,
      imports: [
        DatabaseModule.register(options.database_uri),
        // Identity's guard comes before the guards of the other rooms: 401 before anything else.
        IdentityModule.register(options.identity),
        // Its look at the path comes before the look at the query.
        LedgerModule,
        HttpModule.register(options.page_sizes),
        HealthModule,
      ],
    };
  }
}
