import { applyDecorators } from '@nestjs/common';
import { ApiResponse, type OpenAPIObject } from '@nestjs/swagger';
import { PROBLEM_KINDS, type ProblemCode } from '../kernel/problem-codes.js';
import { Problem } from '../kernel/problem.js';

/**
 * Describes in OpenAPI which problems an operation may answer with, one response a status, built from the list of
 * codes. `invalid_request`, `unauthorized` and `service_unavailable` need not be named: every operation has those that
 * fit it, added when the document is made.
 */
export function Problems(...codes: readonly ProblemCode[]): MethodDecorator & ClassDecorator {
  return applyDecorators(
    ...[...byStatus(codes)].map(([status, sameStatus]) =>
      ApiResponse({ status, ...problemResponse(sameStatus) }),
    ),
  );
}

/** The OpenAPI response for codes that share a status, with an example each. */
function problemResponse(codes: readonly ProblemCode[]) {
  const examples = codes.map((code) => [
    code,
    { summary: PROBLEM_KINDS[code].title, value: new Problem(code).body('/path') },
  ]);
  return {
    description: codes.map((code) => `\`${code}\`: ${PROBLEM_KINDS[code].cause}`).join('\n\n'),
    content: {
      'application/problem+json': {
        schema: { $ref: '#/components/schemas/Problem' },
        examples: Object.fromEntries(examples) as Record<string, { summary: string; value: unknown }>,
      },
    },
  };
}

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

/** Adds a problem to those of its status that an operation may answer with. */
export function addProblem(operation: Operation, code: ProblemCode): void {
  const status = String(PROBLEM_KINDS[code].status);
  const described = operation.responses[status];
  const content = described && 'content' in described ? described.content : undefined;
  const known = Object.keys(content?.['application/problem+json']?.examples ?? {}) as ProblemCode[];
  operation.responses[status] = problemResponse([...new Set([...known, code])]);
}

function byStatus(codes: readonly ProblemCode[]): Map<number, ProblemCode[]> {
  const grouped = new Map<number, ProblemCode[]>();
  for (const code of codes) {
    const { status } = PROBLEM_KINDS[code];
    grouped.set(status, [...(grouped.get(status) ?? []), code]);
  }
  return grouped;
}
