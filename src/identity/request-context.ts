import { applyDecorators, createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { OPEN_OPERATION } from '../http/open-api.js';
import { requestTerms, type RequestTerms } from '../http/request-terms.js';

/** What a member may do in a household. */
export const ROLES = ['owner', 'editor', 'viewer'] as const;
export type Role = (typeof ROLES)[number];

/** Who asks, and for which household: known for every route that is not open to everybody. */
export interface Requester {
  readonly user_id: string;
  readonly username: string;
  /** The household of `X-Tenant-ID`, or the user's personal one. The user is a member of it. */
  readonly household_id: string;
  readonly role: Role;
  /** The household's currency, for what names none. */
  readonly currency: string;
  /** The household's IANA time zone, which decides what day "today" is. */
  readonly time_zone: string;
  /** The log-in that the access token belongs to; null when the token doesn't say. */
  readonly session_id: string | null;
  /** The id under which the log speaks of this request. */
  readonly request_id: string;
}

/** Who asks, for which household, and on what terms. */
export interface RequestContext extends Requester, RequestTerms {}

const requesters = new WeakMap<object, Requester>();

/** Ties a requester to a request. The guard that has checked token and membership calls it, nobody else. */
export function setRequester(request: object, requester: Requester): void {
  requesters.set(request, requester);
}

/** Who sends a request; null on a route that is open to everybody. */
export function requesterOf(request: object): Requester | null {
  return requesters.get(request) ?? null;
}

/**
 * The context of a request.
 * @throws Error when the route is open to everybody: such a route has none. Problem `invalid_request` when its headers
 *   or its query state terms that cannot be read.
 */
function requestContextOf(request: FastifyRequest): RequestContext {
  const requester = requesterOf(request);
  if (!requester) throw new Error('An open route has no request context');
  const { if_match, dry_run, idempotency } = requestTerms(request);
  return { if_match, dry_run, idempotency, ...requester };
}

/** Parameter decorator: the request's context, as `@Context() context: RequestContext`. */
export const Context = createParamDecorator((_: unknown, execution: ExecutionContext) =>
  requestContextOf(execution.switchToHttp().getRequest<FastifyRequest>()),
);

/** The metadata key of `@Public()`. */
export const PUBLIC_ROUTE = 'identity:public';

/** Opens a route to callers without a token. */
export const Public = (): MethodDecorator =>
  applyDecorators(SetMetadata(PUBLIC_ROUTE, true), ApiExtension(OPEN_OPERATION, true));
