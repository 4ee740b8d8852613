import type { ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../kernel/problem.js';
import type { AroundRoute } from './around-routes.js';
import { QUERY_NAMES } from './query-parameters.js';

/** Refuses query parameters that the route does not declare, 400. */
export class UnknownQuery implements AroundRoute {
  constructor(private readonly reflector: Reflector) {}

  async around(execution: ExecutionContext, proceed: () => Promise<unknown>): Promise<unknown> {
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
    return proceed();
  }
}
