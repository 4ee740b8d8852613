import type { FastifyRequest } from 'fastify';
import { Problem } from '../kernel/problem.js';
import { parseIfMatch, type WantedVersions } from './conditional.js';
import { isDryRun } from './dry-run.js';
import { fingerprintOf, sentKey, type IdempotencyKey } from './idempotency-key.js';

/** On what terms a request wants its change made. A request that changes nothing has none. */
export interface RequestTerms {
  /** The versions that the change may be made on: `requireVersion(if_match, account.version)`. */
  readonly if_match: WantedVersions;
  /** Whether nothing is to be written. */
  readonly dry_run: boolean;
  /** The key under which the answer is to be kept; none for a dry run. */
  readonly idempotency: IdempotencyKey | null;
}

const NO_TERMS: RequestTerms = { if_match: null, dry_run: false, idempotency: null };

/**
 * Reads the terms of a request from its headers and its query.
 * @throws Problem `invalid_request` naming the header or the parameter that is wrong.
 */
export function requestTerms(request: FastifyRequest): RequestTerms {
  if (request.method === 'GET' || request.method === 'HEAD') return NO_TERMS;
  const if_match = parseIfMatch(request.headers['if-match']);
  const dry_run = isDryRun(request);
  const sent = sentKey(request);
  if (sent === 'wrong') {
    const message = 'must have 1 to 255 printable ASCII characters';
    throw new Problem('invalid_request', { errors: [{ field: 'Idempotency-Key', message }] });
  }
  const kept = sent !== undefined && !dry_run;
  return { if_match, dry_run, idempotency: kept ? { ...sent, fingerprint: fingerprintOf(request) } : null };
}
