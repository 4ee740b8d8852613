import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { Problem } from '../kernel/problem.js';
import { addAnswerTerms } from './answer-terms.js';
import { readBodies } from './body.js';
import { takeLargerBodies } from './body-limit.js';
import type { ProblemFilter } from './problem-filter.js';
import { RawErrors } from './raw-errors.js';
import { requestIdOf, RequestLog } from './request-log.js';

/** The largest body that a route takes unless it says otherwise, in bytes: 1 MiB. */
const BODY_LIMIT = 1_048_576;

/** How long a client may take to send a whole request, in milliseconds. */
const REQUEST_TIMEOUT_MS = 30_000;

/** The longest parameter in a path, percent-encoded; user names are the longest there are. */
const MAX_PARAMETER = 1_000;

/** What the server needs to know. */
export interface ServerOptions {
  readonly logger: Logger;
  readonly problems: ProblemFilter;
  /** Whether (or by which proxies) `X-Forwarded-For` is believed. */
  readonly trustProxy: boolean | string[];
  /** Called after each answer, when its last byte is sent. */
  readonly onAnswer?: ((request: FastifyRequest, reply: FastifyReply) => void) | undefined;
}

/** The HTTP server that Nest runs on, with every refusal answered as a problem, also those before any route. */
export function createServer({ logger, problems, trustProxy, onAnswer }: ServerOptions): FastifyAdapter {
  const rawErrors = new RawErrors();
  const adapter = new FastifyAdapter({
    loggerInstance: logger,
    logController: new RequestLog(),
    genReqId: requestIdOf,
    requestIdHeader: false,
    trustProxy,
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // On shutdown, requests in flight are finished and idle connections closed.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: MAX_PARAMETER },
    // What the router refuses passes no hook.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      addHeaders(request, reply);
      problems.answer(badUrl(error) ?? error, request, reply);
    },
    clientErrorHandler: (error, socket) => rawErrors.answer(error, socket),
  });
  const server = adapter.getInstance<FastifyInstance>();
  rawErrors.watch(server.server);
  readBodies(server);
  takeLargerBodies(server);
  server.addHook('onRequest', (request, reply, done) => {
    addHeaders(request, reply);
    done();
  });
  if (onAnswer) {
    server.addHook('onResponse', (request, reply, done) => {
      onAnswer(request, reply);
      done();
    });
  }
  server.addHook('preSerialization', (request, reply, body, done) => {
    addAnswerTerms(request, reply, body);
    done(null, body);
  });
  return adapter;
}

function addHeaders(request: FastifyRequest, reply: FastifyReply): void {
  void reply.header('x-request-id', request.id);
  void reply.header('x-content-type-options', 'nosniff');
  // The pages of the documentation may be kept, what the ledger says may not.
  if (!request.url.startsWith('/docs')) void reply.header('cache-control', 'no-store');
}

function badUrl(error: Error): Problem | undefined {
  const bad = 'code' in error && error.code === 'FST_ERR_BAD_URL';
  return bad ? new Problem('invalid_request', { detail: 'The path is not a valid URL' }) : undefined;
}
