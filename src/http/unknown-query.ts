import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { Problem } from '../kernel/problem.js';
import { QUERY_NAMES } from './query-parameters.js';

/** Refuses query parameters that the route does not declare, 400. */
@Injectable()
export class UnknownQuery implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { query } = execution.switchToHttp().getRequest<FastifyRequest>();
    const sent = Object.keys(query ?? {});
    if (sent.length > 0) {
      const known =
        this.reflector.get<readonly string[] | undefined>(QUERY_NAMES, execution.getHandler()) ?? [];
      const errors = sent
        .filter((name) => !known.includes(name))
        .map((field) => ({ field, message: 'is not a parameter of this route' }));
      if (errors.length > 0) throw new Problem('invalid_request', { errors });
    }
    return next.handle();
  }
}
