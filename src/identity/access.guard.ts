import { Injectable, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../kernel/problem.js';
import type { TokenSubject } from './access-tokens.js';
import { Memberships } from './memberships.js';
import { PUBLIC_ROUTE, setRequestContext } from './request-context.js';

/** Guards every route that is not `@Public()`: a good token first, then membership of the household asked for. */
@Injectable()
export class AccessGuard extends AuthGuard('jwt') {
  constructor(
    private readonly reflector: Reflector,
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
    await super.canActivate(execution);
    const request = execution.switchToHttp().getRequest<FastifyRequest & { user: TokenSubject }>();
    const { user_id, household_id } = request.user;
    const named = request.headers['x-tenant-id'];
    const member = await this.memberships.member(user_id, named === undefined ? household_id : String(named));
    setRequestContext(request, { ...member, request_id: request.id });
    return true;
  }

  override handleRequest<Subject>(error: unknown, subject: Subject | false): Subject {
    if (error) throw error as Error;
    if (!subject) throw new Problem('unauthorized');
    return subject;
  }
}
