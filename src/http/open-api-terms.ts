import type { OpenAPIObject } from '@nestjs/swagger';
import { addProblem } from './problems.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

const IF_MATCH = {
  name: 'If-Match',
  in: 'header' as const,
  required: false,
  description: 'The versions, as `ETag` gave them, that the change may be made on; on another one 412',
  schema: { type: 'string' as const, example: '"7"' },
};

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header' as const,
  required: false,
  description:
    'A name of your own for this change, so that it can be sent again: once it is made, the same request under the same key gets the first answer, with `Idempotency-Hit: true`. Kept for 24 hours.',
  schema: { type: 'string' as const, minLength: 1, maxLength: 255 },
};

/** Describes the headers by which a write states its terms, and what they may lead to. */
export function describeTerms(
  operation: Operation,
  { keyless, versioned }: { readonly keyless: boolean; readonly versioned: boolean },
): void {
  const terms = [...(versioned ? [IF_MATCH] : []), ...(keyless ? [] : [IDEMPOTENCY_KEY])];
  operation.parameters = [...(operation.parameters ?? []), ...terms];
  if (versioned) addProblem(operation, 'version_conflict');
  if (keyless) return;
  addProblem(operation, 'idempotency_in_flight');
  addProblem(operation, 'idempotency_key_reused');
}
