import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What the metrics need of whatever records events: numbers that only grow, and how much waits. */
export interface RecordingMeters {
  readonly waiting: number;
  readonly counters: {
    readonly commits: number;
    readonly refusals: number;
    readonly failed_attempts: number;
    /** Calls the listener after each commit with how many commands it recorded. */
    onCommit(listener: (commands: number) => void): void;
  };
}

/** How many transactions were recorded by this process, by their kind. */
export interface PostingMeters {
  readonly recorded: ReadonlyMap<string, number>;
}

const BATCH_BUCKETS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000];

/** Shows what the ledger does: what it recorded, in what batches, what waits, and how often it had to try again. */
export function showLedger(registry: Registry, store: RecordingMeters, postings: PostingMeters): void {
  const registers = [registry];
  new Counter({
    name: 'ledger_postings_total',
    help: 'Transactions that were recorded, by kind; undos and redos count under their role',
    labelNames: ['kind'],
    registers,
    collect() {
      this.reset();
      for (const [kind, count] of postings.recorded) this.inc({ kind }, count);
    },
  });
  const batches = new Histogram({
    name: 'ledger_commit_commands',
    help: 'How many commands went into a commit together',
    buckets: BATCH_BUCKETS,
    registers,
  });
  store.counters.onCommit((commands) => batches.observe(commands));
  new Gauge({
    name: 'ledger_queue_length',
    help: 'Commands that wait for a commit to begin',
    registers,
    collect() {
      this.set(store.waiting);
    },
  });
  grows(registry, 'ledger_commits_total', 'Commits that recorded something', () => store.counters.commits);
  grows(
    registry,
    'ledger_refusals_total',
    'Commands that were refused by a rule or their idempotency key',
    () => store.counters.refusals,
  );
  grows(
    registry,
    'ledger_conflicts_total',
    'Attempts at a commit that failed, for another process was faster or the database was away, and were made again',
    () => store.counters.failed_attempts,
  );
}

/** Shows a number that somebody else counts. */
export function grows(registry: Registry, name: string, help: string, value: () => number): void {
  new Counter({
    name,
    help,
    registers: [registry],
    collect() {
      this.reset();
      this.inc(value());
    },
  });
}
