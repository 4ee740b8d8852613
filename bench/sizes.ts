/** How long one run of a section lasts, in seconds. */
export const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 4);

/** How often each side of a comparison runs. */
export const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3);

/** How many accounts there are to post to, where it should be many. */
export const ACCOUNTS = Number(process.env['BENCH_ACCOUNTS'] ?? 10_000);
