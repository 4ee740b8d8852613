import { applyDecorators, createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { OPEN_OPERATION } from '../http/open-api.js';

/** What a member may do in a household. */
export const ROLES = ['owner', 'editor', 'viewer'] as const;
export type Role = (typeof ROLES)[number];

/** Who asks, and for which household: known for every route that is not open to everybody. */
export interface RequestContext {
  readonly user_id: string;
  readonly username: string;
  /** The household of `X-Tenant-ID`, or the user's personal one. The user is a member of it. */
  readonly household_id: string;
  readonly role: Role;
  /** The household's currency, for what names none. */
  readonly currency: string;
  /** The household's IANA time zone, which decides what day "today" is. */
  readonly time_zone: string;
  /** The id under which the log speaks of this request. */
  readonly request_id: string;
}

const contexts = new WeakMap<object, RequestContext>();

/** Ties a context to a request. The guard that has checked token and membership calls it, nobody else. */
export function setRequestContext(request: object, context: RequestContext): void {
  contexts.set(request, context);
}

/**
 * The context of a request.
 * @throws Error when the route is open to everybody: such a route has none.
 */
export function requestContextOf(request: object): RequestContext {
  const context = contexts.get(request);
  if (!context) throw new Error('An open route has no request context');
  return context;
}

/** Parameter decorator: the request's context, as `@Context() context: RequestContext`. */
export const Context = createParamDecorator((_: unknown, execution: ExecutionContext) =>
  requestContextOf(execution.switchToHttp().getRequest<object>()),
);

/** The metadata key of `@Public()`. */
export const PUBLIC_ROUTE = 'identity:public';

/** Opens a route to callers without a token. */
export const Public = (): MethodDecorator =>
  applyDecorators(SetMetadata(PUBLIC_ROUTE, true), ApiExtension(OPEN_OPERATION, true));
