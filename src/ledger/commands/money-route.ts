import { applyDecorators } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation } from '@nestjs/swagger';

import { Problems } from '../../http/problems.js';
import type { ProblemCode } from '../../kernel/problem-codes.js';
import { MoneyAnswer } from './money-answer.js';

/** Describes a route that records one transaction: what it does, its answer, and its refusals, `more` among them. */
export function MoneyRoute(summary: string, ...more: readonly ProblemCode[]): MethodDecorator {
  return applyDecorators(
    ApiOperation({ summary }),
    ApiCreatedResponse({ type: MoneyAnswer, description: 'What was recorded' }),
    Problems('not_found', 'balance_out_of_range', ...more),
  );
}
