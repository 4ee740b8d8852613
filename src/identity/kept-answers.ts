import type { ClientSession } from 'mongodb';
import type { GivenAnswer } from '../http/idempotency.js';
import type { RequestContext } from './request-context.js';

/** Keeps what was answered to writes of this room, for when they come again under their `Idempotency-Key`. */
export abstract class KeptAnswers {
  /**
   * Keeps an answer in the transaction of the change that it tells of; does nothing for a request without a key.
   * @throws the driver's error of a duplicate key, when the key was used before.
   */
  abstract keep(session: ClientSession, of: RequestContext, answer: GivenAnswer): Promise<void>;
}
