import { applyDecorators, type Type } from '@nestjs/common';
import { ApiBody, ApiCreatedResponse, ApiExtraModels, ApiOperation, getSchemaPath } from '@nestjs/swagger';

import { AnswersLocation } from '../../http/answer-location.js';
import { TakesDryRun } from '../../http/dry-run.js';
import { namedExamples } from '../../http/open-api-examples.js';
import { Problems } from '../../http/problems.js';
import type { ProblemCode } from '../../kernel/problem-codes.js';
import { transactionPath } from '../projections/paths.js';
import { MoneyAnswer, SeveralAnswer } from './money-answer.js';
import type { MoneyExample, SeveralExample } from './money-examples.js';

const DESCRIPTION = 'What was recorded';
const LOCATION = {
  Location: { description: 'Where the transaction is', schema: { type: 'string' } },
} as const;

/**
 * Describes a route that records one transaction: what it does, the class of its body, its answer, an example of both,
 * and its refusals, `more` among them.
 */
export function MoneyRoute(
  summary: string,
  body: Type<unknown>,
  { requests, answer }: MoneyExample,
  ...more: readonly ProblemCode[]
): MethodDecorator {
  return applyDecorators(
    common(summary, body, requests, more),
    ApiCreatedResponse({
      type: MoneyAnswer,
      description: DESCRIPTION,
      example: answer,
      headers: LOCATION,
    }),
  );
}

/** The same for a route that records several transactions, and is answered with them in `type`. */
export function SeveralRoute(
  summary: string,
  body: Type<unknown>,
  type: Type<SeveralAnswer>,
  { requests, answer }: SeveralExample,
  ...more: readonly ProblemCode[]
): MethodDecorator {
  return applyDecorators(
    common(summary, body, requests, more),
    ApiCreatedResponse({ type, description: DESCRIPTION, example: answer }),
  );
}

/** The same for a route that records one transaction, or several where the request asks for it. */
export function OneOrSeveralRoute(
  summary: string,
  body: Type<unknown>,
  one: MoneyExample,
  several: SeveralExample,
  ...more: readonly ProblemCode[]
): MethodDecorator {
  const schema = { oneOf: [MoneyAnswer, SeveralAnswer].map((type) => ({ $ref: getSchemaPath(type) })) };
  const examples = namedExamples({ 'one transaction': one.answer, 'several transactions': several.answer });
  return applyDecorators(
    common(summary, body, { ...one.requests, ...several.requests }, more),
    ApiExtraModels(MoneyAnswer, SeveralAnswer),
    ApiCreatedResponse({
      description: `${DESCRIPTION}; \`transactions\` where the request may mean several`,
      content: { 'application/json': { schema, examples } },
      headers: LOCATION,
    }),
  );
}

function common(
  summary: string,
  body: Type<unknown>,
  requests: MoneyExample['requests'],
  more: readonly ProblemCode[],
): MethodDecorator {
  return applyDecorators(
    ApiOperation({ summary }),
    TakesDryRun(),
    AnswersLocation(transactionLocation),
    ApiBody({ type: body, examples: namedExamples(requests) }),
    Problems('not_found', 'balance_out_of_range', 'limit_reached', 'account_closed', ...more),
  );
}

/** Where the one transaction is that a request recorded; several have no one place. */
const transactionLocation = (answer: MoneyAnswer | SeveralAnswer): string | undefined =>
  'transaction' in answer ? transactionPath(answer.transaction) : undefined;
