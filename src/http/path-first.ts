import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { catchError, from, mergeMap, throwError, type Observable } from 'rxjs';
import { Problem } from '../kernel/problem.js';

/** What comes after a missing thing in the path: an invalid request, and a version that is not the one wanted. */
const AFTER_PATH: readonly number[] = [400, 412];

/**
 * An interceptor that answers a missing thing in the path before an invalid body: when a request is refused so,
 * `requirePath` looks whether what the path names exists, and throws `not_found` when it doesn't. Valid requests pay
 * nothing; their command finds out by itself.
 */
export abstract class PathFirst implements NestInterceptor {
  protected abstract requirePath(execution: ExecutionContext): Promise<void>;

  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      catchError((error: unknown) => {
        const refused = throwError(() => error);
        if (!(error instanceof Problem) || !AFTER_PATH.includes(error.status)) return refused;
        return from(this.requirePath(execution)).pipe(mergeMap(() => refused));
      }),
    );
  }
}
