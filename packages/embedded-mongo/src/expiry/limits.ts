/** What comes to an end by itself, and when; and how much there may be. All in milliseconds, except where said. */
export interface Limits {
  /** A cursor that nobody has used for so long is closed (MongoDB's cursorTimeoutMillis). */
  readonly cursorIdleMs: number;
  /** How many cursors may be open. */
  readonly cursors: number;
  /** What all queries and open cursors together may hold, in bytes. */
  readonly queryMemoryBytes: number;
  /** A session that nobody has used for so long is forgotten (localLogicalSessionTimeoutMinutes). */
  readonly sessionIdleMs: number;
  /** A transaction is ended when it has lasted so long (transactionLifetimeLimitSeconds). */
  readonly transactionLifetimeMs: number;
  /** A transaction is ended when the data file has grown by so many bytes for the sake of its picture. */
  readonly snapshotBytes: number;
  /** How often transactions are looked at. */
  readonly sweepMs: number;
  /** How often expired documents are removed (ttlMonitorSleepSecs). */
  readonly ttlEveryMs: number;
}

const MINUTE = 60_000;

export const DEFAULT_LIMITS: Limits = {
  cursorIdleMs: 10 * MINUTE,
  cursors: 10_000,
  queryMemoryBytes: 512 * 1024 * 1024,
  sessionIdleMs: 30 * MINUTE,
  transactionLifetimeMs: MINUTE,
  snapshotBytes: 256 * 1024 * 1024,
  sweepMs: 1_000,
  ttlEveryMs: MINUTE,
};
