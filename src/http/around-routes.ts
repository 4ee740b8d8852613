import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { lastValueFrom, of, type Observable } from 'rxjs';

/** Something that happens around every route. */
export interface AroundRoute {
  /**
   * Answers a request, mostly by `proceed`, which runs what comes after it, the route last, and gives the body of the
   * answer or throws.
   */
  around(execution: ExecutionContext, proceed: () => Promise<unknown>): Promise<unknown>;
}

/**
 * What happens around every route, in order, the first outermost. It is one interceptor, since each of Nest's costs a
 * request some ten subscriptions, and which of them is outermost would depend on the order of modules.
 */
export class AroundRoutes implements NestInterceptor {
  constructor(private readonly steps: readonly AroundRoute[]) {}

  async intercept(execution: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const route = () => lastValueFrom<unknown>(next.handle());
    const whole = this.steps.reduceRight<() => Promise<unknown>>(
      (proceed, step) => () => step.around(execution, proceed),
      route,
    );
    return of(await whole());
  }
}
