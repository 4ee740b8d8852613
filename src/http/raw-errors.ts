import { STATUS_CODES, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Problem } from '../kernel/problem.js';
import type { ProblemCode } from '../kernel/problem-codes.js';
import { problemAnswer } from './problem-filter.js';

/** Answers bytes that never became a request (no HTTP, headers too large or too slow) as problems. */
export class RawErrors {
  private readonly answers = new WeakMap<Socket, ServerResponse>();

  /** Watches which connections have an answer under way, into which nothing may be written. */
  watch(server: Server): void {
    server.on('request', (request, response) => this.answers.set(request.socket, response));
  }

  /** Fastify's `clientErrorHandler`. */
  answer(error: Error & { readonly code?: string }, socket: Socket): void {
    if (error.code === 'ECONNRESET' || socket.destroyed) return;
    const last = this.answers.get(socket);
    // A request may have been answered before all of it has come.
    const answered = last !== undefined && last.headersSent && !(last.writableFinished && last.req.complete);
    if (socket.writable && !answered) socket.write(rawAnswer(new Problem(codeOf(error))));
    socket.destroySoon();
  }
}

function codeOf(error: { readonly code?: string }): ProblemCode {
  if (error.code === 'HPE_HEADER_OVERFLOW') return 'header_fields_too_large';
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'request_timeout';
  return 'invalid_request';
}

function rawAnswer(problem: Problem): string {
  const [headers, body] = problemAnswer(problem, '/');
  const lines = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? 'Error'}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}
