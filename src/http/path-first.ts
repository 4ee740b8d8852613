import type { ExecutionContext } from '@nestjs/common';
import { Problem } from '../kernel/problem.js';
import type { AroundRoute } from './around-routes.js';

/** What comes after a missing thing in the path: an invalid request, and a version that is not the one wanted. */
const AFTER_PATH: readonly number[] = [400, 412];

/**
 * Answers a missing thing in the path before an invalid body: when a request is refused so, `requirePath` looks whether
 * what the path names exists, and throws `not_found` when it doesn't. Valid requests pay nothing; their command finds
 * out by itself.
 */
export abstract class PathFirst implements AroundRoute {
  protected abstract requirePath(execution: ExecutionContext): Promise<void>;

  async around(execution: ExecutionContext, proceed: () => Promise<unknown>): Promise<unknown> {
    try {
      return await proceed();
    } catch (error) {
      if (error instanceof Problem && AFTER_PATH.includes(error.status)) await this.requirePath(execution);
      throw error;
    }
  }
}
