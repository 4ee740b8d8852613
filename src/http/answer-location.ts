import { SetMetadata, type ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AroundRoute } from './around-routes.js';
import { saysDryRun } from './dry-run.js';

const LOCATION_OF = 'http:location-of';

type LocationOf<Answer extends object> = (answer: Answer) => string | undefined;

/**
 * Lets a route say in `Location` where what it made is, undefined when that is no one place; after a dry run nothing is
 * there.
 */
export const AnswersLocation = <Answer extends object>(of: LocationOf<Answer>): MethodDecorator =>
  SetMetadata(LOCATION_OF, of);

/** Says in `Location` where what a request made is, on routes that tell it. */
export class AnswerLocation implements AroundRoute {
  constructor(private readonly reflector: Reflector) {}

  async around(execution: ExecutionContext, proceed: () => Promise<unknown>): Promise<unknown> {
    const answer = await proceed();
    const locationOf = this.reflector.get<LocationOf<object> | undefined>(
      LOCATION_OF,
      execution.getHandler(),
    );
    if (!locationOf || typeof answer !== 'object' || answer === null) return answer;
    const http = execution.switchToHttp();
    const location = saysDryRun(http.getRequest<FastifyRequest>()) ? undefined : locationOf(answer);
    if (location !== undefined) http.getResponse<FastifyReply>().header('location', location);
    return answer;
  }
}
