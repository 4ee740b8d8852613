/** What a closed loop did: operations a second, and how long one took, in milliseconds. */
export interface Measured {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
  readonly operations: number;
}

/** One operation; it gets its worker's number and a running count. */
export type Run = (worker: number, count: number) => Promise<void>;

/** How long a loop goes on: for so many milliseconds, or until so many operations have been begun. */
export type Extent = { readonly ms: number } | { readonly operations: number };

/** Keeps so many operations going, for so long. */
export type Loop = (inFlight: number, extent: Extent) => Promise<Pick<Measured, 'rate' | 'operations'>>;

/** Keeps `inFlight` operations going. */
export async function closedLoop(inFlight: number, extent: Extent, run: Run): Promise<Measured> {
  const times: number[] = [];
  const began = performance.now();
  let count = 0;
  const goesOn = (): boolean =>
    'ms' in extent ? performance.now() - began < extent.ms : count < extent.operations;
  const worker = async (number: number): Promise<void> => {
    while (goesOn()) {
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
