import { applyDecorators, type Type } from '@nestjs/common';
import { ApiBody, ApiCreatedResponse, ApiOperation } from '@nestjs/swagger';

import { namedExamples } from '../../http/open-api-examples.js';
import { TakesDryRun } from '../../http/dry-run.js';
import { Problems } from '../../http/problems.js';
import type { ProblemCode } from '../../kernel/problem-codes.js';
import { MoneyAnswer } from './money-answer.js';
import type { MoneyExample } from './money-examples.js';

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
    ApiOperation({ summary }),
    TakesDryRun(),
    ApiBody({ type: body, examples: namedExamples(requests) }),
    ApiCreatedResponse({ type: MoneyAnswer, description: 'What was recorded', example: answer }),
    Problems('not_found', 'balance_out_of_range', ...more),
  );
}
