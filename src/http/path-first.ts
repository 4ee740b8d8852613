import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { catchError, from, mergeMap, throwError, type Observable } from 'rxjs';
import { Problem } from '../kernel/problem.js';

/**
 * An interceptor that answers a missing thing in the path before an invalid body: when a request is refused as
 * invalid, `requirePath` looks whether what the path names exists, and throws `not_found` when it doesn't. Valid
 * requests pay nothing; their command finds out by itself.
 */
export abstract class PathFirst implements NestInterceptor {
  protected abstract requirePath(execution: ExecutionContext): Promise<void>;

  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      catchError((error: unknown) => {
        const refused = throwError(() => error);
        if (!(error instanceof Problem) || error.status !== 400) return refused;
        return from(this.requirePath(execution)).pipe(mergeMap(() => refused));
      }),
    );
  }
}
