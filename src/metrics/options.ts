import type { Registry } from 'prom-client';

/** Who may read the metrics: programs on this machine, everybody who reaches the port, or nobody. */
export const METRICS_READERS = ['loopback', 'open', 'off'] as const;
export type MetricsReaders = (typeof METRICS_READERS)[number];

/** What the metrics need to know. */
export interface MetricsOptions {
  readonly readers: MetricsReaders;
  /** Where everything that is measured is found. */
  readonly registry: Registry;
}
export const METRICS_OPTIONS = Symbol('METRICS_OPTIONS');
