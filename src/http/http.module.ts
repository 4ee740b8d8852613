import { Global, Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD, APP_PIPE } from '@nestjs/core';
import { MediaTypeGuard } from './consumes.js';
import { PAGE_SIZES, type PageSizes } from './list-query.js';
import { BodyValidation } from './validation.js';

/** What every route shares: checks of bodies, and the sizes of pages. */
@Global()
@Module({})
export class HttpModule {
  static register(sizes: PageSizes): DynamicModule {
    return {
      module: HttpModule,
      providers: [
        { provide: PAGE_SIZES, useValue: sizes },
        { provide: APP_GUARD, useClass: MediaTypeGuard },
        { provide: APP_PIPE, useClass: BodyValidation },
      ],
      exports: [PAGE_SIZES],
    };
  }
}
