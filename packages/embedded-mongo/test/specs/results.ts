/**
 * A result of a write as cases describe it: without what the driver says in place of nothing (`upsertedId: null`) and
 * what it adds of its own (`didUpsert`). Other results are left as they are.
 */
export function resultOf(result: unknown): unknown {
  if (typeof result !== 'object' || result === null || !('matchedCount' in result)) return result;
  const fields = Object.entries(result).filter(([name, value]) => {
    return name !== 'didUpsert' && !(name === 'upsertedId' && value === null);
  });
  return Object.fromEntries(
    fields.map(([name, value]) => [name, value instanceof Map ? resultsOf(value) : value]),
  );
}

/** The results of the single operations of a client's bulk write. */
function resultsOf(results: ReadonlyMap<unknown, unknown>): Map<unknown, unknown> {
  return new Map([...results].map(([index, result]) => [index, resultOf(result)]));
}
