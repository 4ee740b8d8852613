import { ApiQuery } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../kernel/problem.js';
import { addQueryNames, flagParameter } from './query-parameters.js';

/** The query parameter that asks for a dry run. */
export const DRY_RUN = 'dry_run';
const PARAMETER = flagParameter(
  'With true the answer is the same, with status 200, and nothing is written. If-Match holds; an Idempotency-Key is passed over.',
);

/** Lets a route take `?dry_run=true`; its command finds it in the request's context. */
export const TakesDryRun = (): MethodDecorator => (target, key, descriptor) => {
  const { description, schema } = PARAMETER;
  ApiQuery({ name: DRY_RUN, required: false, description, schema })(target, key, descriptor);
  addQueryNames([DRY_RUN], target, key, descriptor);
};

/**
 * Whether a request asks for a dry run.
 * @throws Problem `invalid_request` when its `dry_run` is neither true nor false.
 */
export function isDryRun(request: FastifyRequest): boolean {
  const sent = sentValue(request);
  if (sent === undefined) return false;
  const parsed = typeof sent === 'string' ? PARAMETER.parse(sent) : { fault: 'must be given once' };
  if ('value' in parsed) return parsed.value;
  throw new Problem('invalid_request', { errors: [{ field: DRY_RUN, message: parsed.fault }] });
}

/** The same for those who leave it to others to refuse what is neither. */
export const saysDryRun = (request: FastifyRequest): boolean => sentValue(request) === 'true';

function sentValue({ query }: FastifyRequest): unknown {
  return (query as Readonly<Record<string, unknown>> | undefined)?.[DRY_RUN];
}
