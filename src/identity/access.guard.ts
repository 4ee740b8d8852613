import { Injectable, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../kernel/problem.js';
import type { CheckedToken, TokenSubject } from './access-tokens.js';
import { Memberships } from './memberships.js';
import { PUBLIC_ROUTE, setRequester } from './request-context.js';
import { VerifiedTokens } from './verified-tokens.js';

/** Guards every route that is not `@Public()`: a good token first, then membership of the household asked for. */
@Injectable()
export class AccessGuard extends AuthGuard('jwt') {
  constructor(
    private readonly reflector: Reflector,
    private readonly verified: VerifiedTokens,
    private readonly memberships: Memberships,
  ) {
    super();
  }

  /** @throws Problem `unauthorized`, or `not_found` for a household that the user doesn't belong to. */
  override async canActivate(execution: ExecutionContext): Promise<boolean> {
    const open = this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC_ROUTE, [
      execution.getHandler(),
      execution.getClass(),
    ]);
    if (open) return true;
    const request = execution.switchToHttp().getRequest<FastifyRequest & { user: CheckedToken }>();
    const { user_id, household_id, session_id } = await this.subjectOf(request, execution);
    const named = request.headers['x-tenant-id'];
    const member = await this.memberships.member(user_id, named === undefined ? household_id : String(named));
    setRequester(request, { session_id, request_id: request.id, ...member });
    return true;
  }

  override handleRequest<Subject>(error: unknown, subject: Subject | false): Subject {
    if (!subject) throw new Problem('unauthorized', { cause: error });
    return subject;
  }

  private async subjectOf(
    request: FastifyRequest & { user: CheckedToken },
    execution: ExecutionContext,
  ): Promise<TokenSubject> {
    const { authorization } = request.headers;
    const known = this.verified.find(authorization);
    if (known) return known;
    await this.check(execution);
    if (authorization !== undefined) this.verified.keep(authorization, request.user);
    return request.user;
  }

  private async check(execution: ExecutionContext): Promise<void> {
    try {
      await super.canActivate(execution);
    } catch (error) {
      // The check reads the token alone: whatever it fails on is the token's fault (claims of `null`, say).
      throw error instanceof Problem ? error : new Problem('unauthorized', { cause: error });
    }
  }
}
