/** One step of a transaction upon lists: an appended value, which no other step appends, or a list as it was read. */
export type Step =
  | { readonly kind: 'append'; readonly key: number; readonly value: number }
  | { readonly kind: 'read'; readonly key: number; readonly list: readonly number[] };

/** When something was asked for and when its answer came, on the client's monotonic clock. */
export interface Interval {
  readonly sent: number;
  readonly answered: number;
}

/** What one client did and saw; a plain write or read counts as a transaction of one step. */
export interface Execution {
  readonly plain: boolean;
  readonly steps: readonly Step[];
  /** The first step: the snapshot was taken within. */
  readonly first: Interval;
  /** The commit; for what was given up, its last step. */
  readonly last: Interval;
  readonly committed: boolean;
}

/** All that was done upon some lists, and what they came to. */
export interface History {
  readonly executions: readonly Execution[];
  readonly final: ReadonlyMap<number, readonly number[]>;
}
