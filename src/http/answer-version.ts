import type { ExecutionContext } from '@nestjs/common';
import { ApiNoContentResponse } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { AroundRoute } from './around-routes.js';
import { etagOf } from './conditional.js';
import { ETAG } from './open-api-answers.js';

/** What a route gives that answers without a body: the version that it leaves is the answer's `ETag`. */
export interface VersionLeft {
  readonly version: number;
}

/** Describes in OpenAPI that an operation answers 204 with the `ETag` of the version that it leaves. */
export const AnswersVersionAlone = (): MethodDecorator => ApiNoContentResponse({ headers: { ETag: ETAG } });

/** Turns the version that a route answering 204 gives into the answer's `ETag`: there is no body to carry it. */
export class AnswerVersion implements AroundRoute {
  async around(execution: ExecutionContext, proceed: () => Promise<unknown>): Promise<unknown> {
    const answer = await proceed();
    const reply = execution.switchToHttp().getResponse<FastifyReply>();
    if (reply.statusCode !== 204) return answer;
    const etag = etagOf(answer);
    if (etag !== undefined) void reply.header('etag', etag);
    return undefined;
  }
}
