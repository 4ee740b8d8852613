import type { CalendarDate } from '../../../kernel/dates.js';
import { nameKey } from '../../../kernel/text.js';
import { findEnvelope, type Account, type EnvelopeAmount } from '../account.js';
import type { EnvelopeRestored } from '../events.js';
import { LIMITS } from '../limits.js';
import { unmoved } from '../record.js';
import { liveNameKeys } from './envelopes.js';

/**
 * Restores the archived envelopes that a reversal touches, beyond the limit of envelopes in use too: whether something
 * can be undone must not depend on it. A name that was taken meanwhile gets the next free " (2)".
 */
export function restorations(
  state: Account,
  postings: readonly EnvelopeAmount[],
  command: { readonly effective_on: CalendarDate },
): EnvelopeRestored[] {
  const archived = postings
    .flatMap(({ envelope_id }) => findEnvelope(state, envelope_id) ?? [])
    .filter((envelope) => envelope.archived);
  if (archived.length === 0) return [];
  const keys = liveNameKeys(state);
  return archived.map(({ id, name }) => {
    const free = freeName(name, keys);
    keys.add(nameKey(free));
    return { type: 'EnvelopeRestored', ...unmoved(state, command), envelope_id: id, name: free };
  });
}

function freeName(name: string, keys: ReadonlySet<string>): string {
  let free = name;
  for (let number = 2; keys.has(nameKey(free)); number += 1) {
    const suffix = ` (${number})`;
    const room = LIMITS.name_length - suffix.length;
    free = `${[...name].slice(0, room).join('').trimEnd()}${suffix}`;
  }
  return free;
}
