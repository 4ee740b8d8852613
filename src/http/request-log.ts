import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { LogController, type FastifyReply, type FastifyRequest } from 'fastify';

const SANE_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** The id of a request: the client's own `X-Request-Id` when it is short and plain, else a new one. */
export function requestIdOf(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && SANE_ID.test(given) ? given : randomUUID();
}

/** The path of a request without its query, which may hold what is nobody's business. */
export function pathOf(request: { readonly url?: string | undefined }): string {
  const url = request.url ?? '/';
  const end = url.search(/[?#]/);
  return end < 0 ? url : url.slice(0, end);
}

/**
 * One line a request, when it is answered: method, path, status and milliseconds. Headers, queries and bodies are never
 * logged, so that no token or password can be.
 */
export class RequestLog extends LogController {
  constructor() {
    super({ requestIdLogLabel: 'request_id' });
  }

  override incomingRequest(): void {}

  override routeNotFound(): void {}

  override requestCompleted(
    error: Error | null | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): void {
    const line = {
      method: request.method,
      path: pathOf(request),
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
    };
    if (error) reply.log.warn({ ...line, error: error.message }, 'the answer could not be sent');
    else if (line.path.startsWith('/health/')) reply.log.debug(line, 'request');
    else reply.log.info(line, 'request');
  }
}
