import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { tap, type Observable } from 'rxjs';

import { saysDryRun } from '../../http/dry-run.js';
import { transactionPath } from '../projections/paths.js';
import type { MoneyAnswer, SeveralAnswer } from './money-answer.js';

/** Says in `Location` where the transaction is that a request recorded; several have no one place. */
export class TransactionLocation implements NestInterceptor<MoneyAnswer | SeveralAnswer> {
  intercept(
    execution: ExecutionContext,
    next: CallHandler<MoneyAnswer | SeveralAnswer>,
  ): Observable<MoneyAnswer | SeveralAnswer> {
    const http = execution.switchToHttp();
    if (saysDryRun(http.getRequest<FastifyRequest>())) return next.handle();
    return next.handle().pipe(
      tap((answer) => {
        if (!('transaction' in answer)) return;
        http.getResponse<FastifyReply>().header('location', transactionPath(answer.transaction));
      }),
    );
  }
}
