import { nameKey, tidyText } from '../../../kernel/text.js';
import { AVAILABLE_ID, findEnvelope, type Account, type Envelope } from '../account.js';
import type { AddEnvelopes, ArchiveEnvelope, RenameEnvelope, RestoreEnvelope } from '../commands.js';
import { nameRefusal } from '../fields.js';
import { LIMITS } from '../limits.js';
import { unmoved } from '../record.js';
import { accept, invalid, limitReached, missing, nameTaken, refuse } from '../refusals.js';
import type { AccountDecision, Refusal } from '../refusals.js';

const isLive = (envelope: Envelope): boolean => !envelope.archived;

/** The keys of the names that are in use: those of the envelopes that are not archived. */
export function liveNameKeys(state: Account): Set<string> {
  return new Set(state.envelopes.filter(isLive).map(({ name }) => nameKey(name)));
}

/** Adds envelopes, all or none. */
export function addEnvelopes(state: Account, command: AddEnvelopes): AccountDecision {
  const names = command.names.map(tidyText);
  const refusal =
    namesRefusal(names) ?? roomRefusal(state, names.length, names.length) ?? takenRefusal(state, names);
  if (refusal) return refuse(refusal);
  return accept(
    ...names.map((name, index) => ({
      type: 'EnvelopeAdded' as const,
      ...unmoved(state, command),
      envelope_id: state.next_envelope_id + index,
      name,
    })),
  );
}

function namesRefusal(names: readonly string[]): Refusal | null {
  if (names.length === 0) return invalid('names', 'must hold at least one name');
  for (const [index, name] of names.entries()) {
    const refusal = nameRefusal(`names[${index}]`, name);
    if (refusal) return refusal;
  }
  return null;
}

function roomRefusal(state: Account, added: number, live: number): Refusal | null {
  if (state.envelopes.length + added > LIMITS.envelopes) {
    return limitReached(LIMITS.envelopes, 'envelopes an account, the archived ones included');
  }
  return state.envelopes.filter(isLive).length + live > LIMITS.live_envelopes
    ? limitReached(LIMITS.live_envelopes, 'envelopes in use an account')
    : null;
}

function takenRefusal(state: Account, names: readonly string[]): Refusal | null {
  const keys = liveNameKeys(state);
  for (const name of names) {
    const key = nameKey(name);
    if (keys.has(key)) return nameTaken(name);
    keys.add(key);
  }
  return null;
}

/** Renames any envelope; only the name of one in use must be free. */
export function renameEnvelope(state: Account, command: RenameEnvelope): AccountDecision {
  const envelope = findEnvelope(state, command.envelope_id);
  if (!envelope) return refuse(missing('envelope'));
  const name = tidyText(command.name);
  const sameKey = nameKey(name) === nameKey(envelope.name);
  const refusal =
    nameRefusal('name', name) ?? (envelope.archived || sameKey ? null : takenRefusal(state, [name]));
  if (refusal) return refuse(refusal);
  if (name === envelope.name) return accept();
  return accept({ type: 'EnvelopeRenamed', ...unmoved(state, command), envelope_id: envelope.id, name });
}

/** Archives an envelope that is empty and that no payer pays into. */
export function archiveEnvelope(state: Account, command: ArchiveEnvelope): AccountDecision {
  const envelope = findEnvelope(state, command.envelope_id);
  if (!envelope) return refuse(missing('envelope'));
  if (envelope.archived) return accept();
  const refusal = archivingRefusal(state, envelope);
  if (refusal) return refuse(refusal);
  return accept({ type: 'EnvelopeArchived', ...unmoved(state, command), envelope_id: envelope.id });
}

function archivingRefusal(state: Account, { id, name, balance_minor }: Envelope): Refusal | null {
  if (id === AVAILABLE_ID) {
    return { code: 'available_cannot_be_archived', detail: 'The Available envelope cannot be archived.' };
  }
  if (balance_minor !== 0) {
    return { code: 'envelope_not_empty', detail: `Envelope ${id} (${name}) is not empty.`, envelope_id: id };
  }
  const payers = state.payers.filter(({ split }) => split.some(({ envelope_id }) => envelope_id === id));
  if (payers.length === 0) return null;
  return {
    code: 'envelope_in_split',
    detail: `The split of ${payers.map((payer) => `"${payer.name}"`).join(', ')} names envelope ${id} (${name}).`,
    envelope_id: id,
    payer_ids: payers.map((payer) => payer.id),
  };
}

/** Brings an archived envelope back under its name. */
export function restoreEnvelope(state: Account, command: RestoreEnvelope): AccountDecision {
  const envelope = findEnvelope(state, command.envelope_id);
  if (!envelope) return refuse(missing('envelope'));
  if (!envelope.archived) return accept();
  const refusal = takenRefusal(state, [envelope.name]) ?? roomRefusal(state, 0, 1);
  if (refusal) return refuse(refusal);
  const { id, name } = envelope;
  return accept({ type: 'EnvelopeRestored', ...unmoved(state, command), envelope_id: id, name });
}
