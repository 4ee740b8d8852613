import type { FastifyReply, FastifyRequest } from 'fastify';
import { etagOf } from './conditional.js';
import { saysDryRun } from './dry-run.js';

/**
 * Says of a success what its body implies: the `ETag` of the version that it carries. A dry run has status 200, since
 * nothing was created, and no `ETag`: its version may come to be by somebody else's change, which `If-Match` is to tell.
 */
export function addAnswerTerms(request: FastifyRequest, reply: FastifyReply, body: unknown): void {
  if (reply.statusCode >= 300) return;
  if (reply.statusCode === 201 && saysDryRun(request)) {
    void reply.status(200);
    return;
  }
  const etag = etagOf(body);
  if (etag !== undefined) void reply.header('etag', etag);
}
