/** Somebody who waits for the end of another's transaction, and may lose patience. */
export interface Waiter {
  /** Resolves once `event` has; rejects where the waiting is interrupted before. */
  until(event: Promise<unknown>): Promise<unknown>;
}

/** Waits as long as it takes. */
export const patient: Waiter = { until: (event) => event };
