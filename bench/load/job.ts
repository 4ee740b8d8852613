/** A closed loop: so many connections, each sending again as soon as it has its answer. */
export interface Job {
  readonly origin: string;
  readonly token?: string;
  readonly connections: number;
  readonly seconds: number;
  readonly method: 'GET' | 'POST';
  /** Taken in turn by all connections together. */
  readonly paths: readonly string[];
  /** Bodies as text, taken in turn; none for requests without. */
  readonly bodies?: readonly string[];
  /** JSON unless given. */
  readonly content_type?: string;
  /** The statuses that may come; any other ends the run with an error. */
  readonly statuses: readonly number[];
}

/** What became of a job. Latencies in milliseconds, those of all answers together. */
export interface Outcome {
  readonly answers: number;
  readonly by_status: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  /** What the load generator itself used, in seconds of CPU. */
  readonly own_cpu: number;
}

/** The smallest value that the given share of all, sorted, does not exceed. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return percentile(sorted, 0.5);
};
