import { applyDecorators, SetMetadata, type ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import { ApiExtension } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../kernel/problem.js';
import type { AroundRoute } from './around-routes.js';
import { etagOf } from './conditional.js';
import { saysDryRun } from './dry-run.js';
import { fingerprintOf, sentKey } from './idempotency-key.js';

/** A success, as it was answered. */
export interface GivenAnswer {
  readonly status: number;
  /** The body's JSON, '' for none. */
  readonly body: string;
  /** `etag`, `location`: what a client reads beside the body, by lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The answer that a body makes, to be kept; `headers` are those that the body doesn't imply. */
export function givenAnswer(
  status: number,
  body: object | undefined,
  headers: Readonly<Record<string, string>> = {},
): GivenAnswer {
  const etag = etagOf(body);
  return {
    status,
    body: body === undefined ? '' : JSON.stringify(body),
    headers: { ...(etag !== undefined && { etag }), ...headers },
  };
}

/** What was kept of a write that was made under a key. */
export interface KeptAnswer {
  readonly fingerprint: string;
  readonly answer: GivenAnswer;
}

/** Where kept answers are found. They are written with the change itself, in its transaction. */
export interface IdempotencyRecords {
  /** What was kept for this user's key in a household, null when nothing was. */
  find(household_id: string, user_id: string, key: string): Promise<KeptAnswer | null>;
}

/** Whose keys they are. */
export interface Caller {
  readonly household_id: string;
  readonly user_id: string;
}

/** Marks, until the document is finished, an operation that passes an `Idempotency-Key` over. */
export const KEYLESS_OPERATION = 'x-keyless';
const KEYLESS = 'http:keyless';

/** A write that passes an `Idempotency-Key` over, because nothing of its answer may be kept, or nothing is repeated. */
export const TakesNoKey = (): MethodDecorator =>
  applyDecorators(SetMetadata(KEYLESS, true), ApiExtension(KEYLESS_OPERATION, true));

const IN_FLIGHT_SECONDS = 1;

/**
 * Answers a write that comes again under its `Idempotency-Key` as it was answered the first time. A write that succeeds
 * pays nothing for it: only when it fails, because of its kept record or anything else, the record is looked up. So a
 * replay comes before 404, 400, 412 and 409. While the first one is still being answered by this process, others wait
 * for their turn outside: 409.
 */
export class IdempotentWrites implements AroundRoute {
  private readonly inFlight = new Set<string>();

  /** @param callerOf who sends a request; null on routes that are open to everybody, whose keys are passed over */
  constructor(
    private readonly records: IdempotencyRecords,
    private readonly callerOf: (request: object) => Caller | null,
    private readonly reflector: Reflector,
  ) {}

  async around(execution: ExecutionContext, proceed: () => Promise<unknown>): Promise<unknown> {
    const http = execution.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const sent = sentKey(request);
    // A key that is none is refused when the request's terms are read.
    if (sent === undefined || sent === 'wrong' || !this.takesKeys(execution, request)) return proceed();
    const caller = this.callerOf(request);
    if (!caller) return proceed();
    const flight = [caller.household_id, caller.user_id, sent.key].join(' ');
    if (this.inFlight.has(flight)) throw stillInFlight();
    this.inFlight.add(flight);
    try {
      return await proceed();
    } catch (error) {
      const kept = await this.records.find(caller.household_id, caller.user_id, sent.key);
      if (!kept) throw error;
      return replay(kept, request, http.getResponse<FastifyReply>());
    } finally {
      this.inFlight.delete(flight);
    }
  }

  private takesKeys(execution: ExecutionContext, request: FastifyRequest): boolean {
    if (request.method === 'GET' || request.method === 'HEAD' || saysDryRun(request)) return false;
    return this.reflector.get<boolean | undefined>(KEYLESS, execution.getHandler()) !== true;
  }
}

/** Answers as the first time. @throws Problem `idempotency_key_reused` when another request was meant then. */
function replay(kept: KeptAnswer, request: FastifyRequest, reply: FastifyReply): unknown {
  if (kept.fingerprint !== fingerprintOf(request)) throw new Problem('idempotency_key_reused');
  const { status, headers, body } = kept.answer;
  reply.status(status).headers({ ...headers, 'idempotency-hit': 'true' });
  if (body === '') return undefined;
  reply.header('content-type', 'application/json; charset=utf-8');
  return body;
}

function stillInFlight(): Problem {
  return new Problem('idempotency_in_flight', { extra: { retry_after: IN_FLIGHT_SECONDS } });
}
