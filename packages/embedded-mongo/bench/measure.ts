/** What a closed loop did: operations a second, and how long one took, in milliseconds. */
export interface Measured {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
  readonly operations: number;
}

/** Keeps `inFlight` operations going for `ms` milliseconds. `run` gets the worker's number and a running count. */
export async function closedLoop(
  inFlight: number,
  ms: number,
  run: (worker: number, count: number) => Promise<void>,
): Promise<Measured> {
  const times: number[] = [];
  const began = performance.now();
  let count = 0;
  const worker = async (number: number): Promise<void> => {
    while (performance.now() - began < ms) {
      const start = performance.now();
      count += 1;
      await run(number, count);
      times.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, (_, number) => worker(number)));
  const seconds = (performance.now() - began) / 1000;
  times.sort((a, b) => a - b);
  return {
    rate: times.length / seconds,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    operations: times.length,
  };
}

/** The value below which a part of the sorted numbers lies. */
export function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

export function median(numbers: readonly number[]): number {
  return quantile(
    [...numbers].sort((a, b) => a - b),
    0.5,
  );
}

/** Lays rows out in columns; the first row is the heading. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  '),
    )
    .join('\n');
}
