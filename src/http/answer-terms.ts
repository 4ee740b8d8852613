import type { FastifyReply, FastifyRequest } from 'fastify';
import { etagOf } from './conditional.js';
import { saysDryRun } from './dry-run.js';

/**
 * Says of a success what its body implies: the `ETag` of the version that it carries, and status 200 for a dry run,
 * since nothing was created.
 */
export function addAnswerTerms(request: FastifyRequest, reply: FastifyReply, body: unknown): void {
  if (reply.statusCode >= 300) return;
  const etag = etagOf(body);
  if (etag !== undefined) void reply.header('etag', etag);
  if (reply.statusCode === 201 && saysDryRun(request)) void reply.status(200);
}
