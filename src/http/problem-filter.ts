import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ProblemCode } from '../kernel/problem-codes.js';
import { Problem } from '../kernel/problem.js';
import { passOverRest } from './body-limit.js';
import { pathOf } from './request-log.js';

/** Turns an error of another layer (a database's, say) into a problem, or says that it doesn't know it. */
export type ProblemTranslator = (error: unknown) => Problem | undefined;

/** How long a client should wait after a 503 that doesn't say, in seconds. */
const RETRY_AFTER_SECONDS = 1;

// What the framework itself throws, by status. An over-long parameter (414) names nothing that could exist.
const FRAMEWORK_CODES: ReadonlyMap<number, ProblemCode> = new Map([
  [400, 'invalid_request'],
  [401, 'unauthorized'],
  [404, 'route_not_found'],
  [408, 'request_timeout'],
  [413, 'payload_too_large'],
  [414, 'not_found'],
  [415, 'unsupported_media_type'],
  [431, 'header_fields_too_large'],
  [503, 'service_unavailable'],
]);

/** Answers everything that is thrown as `application/problem+json`; what nobody foresaw as 500, with a line in the log. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly translate: ProblemTranslator) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  /** Sends the problem that an error amounts to. */
  answer(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const problem = this.problemOf(error);
    if (problem.code === 'internal_error') request.log.error(faultOf(problem.cause), problem.message);
    else if (problem.status >= 500)
      request.log.warn({ reason: faultOf(problem.cause).fault }, problem.message);
    // A handler may have begun an answer of its own; nothing more can be said then.
    if (reply.sent) return;
    const [headers, body] = problemAnswer(problem, pathOf(request));
    if (problem.status === 401 && request.headers.authorization !== undefined) {
      headers['www-authenticate'] += ', error="invalid_token"';
    }
    if (problem.code === 'payload_too_large') passOverRest(request, reply);
    void reply.status(problem.status).headers(headers).send(body);
  }

  private problemOf(error: unknown): Problem {
    if (error instanceof Problem) return error;
    const translated = this.translate(error);
    if (translated) return translated;
    const status = statusOf(error);
    const code = status === undefined ? undefined : FRAMEWORK_CODES.get(status);
    return new Problem(code ?? 'internal_error', { cause: error });
  }
}

/** The headers and the body that a problem is answered with. */
export function problemAnswer(problem: Problem, instance: string): [Record<string, string>, string] {
  const headers: Record<string, string> = { 'content-type': 'application/problem+json; charset=utf-8' };
  const body = problem.body(instance);
  if (problem.status === 401) headers['www-authenticate'] = 'Bearer realm="envelope-ledger"';
  const { retry_after } = body;
  if (typeof retry_after === 'number') headers['retry-after'] = String(retry_after);
  else if (problem.status === 429 || problem.status === 503) {
    headers['retry-after'] = String(RETRY_AFTER_SECONDS);
  }
  return [headers, JSON.stringify(body)];
}

/** What the log says of an error: not its further members, which may hold what somebody sent. */
function faultOf(error: unknown): { readonly fault: string; readonly stack?: string } {
  if (!(error instanceof Error)) return { fault: String(error) };
  return {
    fault: `${error.name}: ${error.message}`,
    ...(error.stack !== undefined && { stack: error.stack }),
  };
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  // Fastify's own errors reach the framework hook unwrapped.
  if (error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number') {
    return error.statusCode;
  }
  return undefined;
}
