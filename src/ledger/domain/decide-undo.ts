import { nameKey } from '../../kernel/text.js';
import { findEnvelope, type Account, type EnvelopeAmount } from './account.js';
import type { UndoLast, UndoTransaction } from './commands.js';
import { liveNameKeys } from './decide-envelopes.js';
import type { EnvelopeRestored, ReversibleKind } from './events.js';
import type { Facts, RegisterFact } from './facts.js';
import { descriptionRefusal } from './fields.js';
import { LIMITS } from './limits.js';
import { moved, unmoved } from './record.js';
import { accept, missing, refuse, type LedgerDecision, type Refusal } from './refusals.js';
import { postingsRefusal } from './rules.js';

/** Undoes the last transaction that stands, which `facts.subject` is. */
export function undoLast(state: Account, facts: Facts, command: UndoLast): LedgerDecision {
  const refusal = descriptionRefusal(command.description);
  if (refusal) return refuse(refusal);
  return facts.subject ? reverse(state, facts.subject, command) : refuse(OPENING);
}

/** Undoes the transaction asked for, which `facts.subject` is. */
export function undoTransaction(state: Account, facts: Facts, command: UndoTransaction): LedgerDecision {
  if (!facts.subject) return refuse(missing('transaction'));
  const refusal = descriptionRefusal(command.description);
  return refusal ? refuse(refusal) : reverse(state, facts.subject, command);
}

function reverse(state: Account, root: RegisterFact, command: UndoLast | UndoTransaction): LedgerDecision {
  const { kind } = root;
  if (root.role !== 'root') return refuse(notARoot(root));
  if (kind === 'opening') return refuse(OPENING);
  if (!root.standing) {
    return refuse({ code: 'already_reversed', detail: 'The transaction is undone already.' });
  }
  const postings = root.postings.map(({ envelope_id, amount_minor }) => ({
    envelope_id,
    amount_minor: -amount_minor,
  }));
  const refusal = postingsRefusal(state, postings);
  if (refusal) return refuse(refusal);
  return accept(
    ...restorations(state, postings, command),
    reversal(state, { ...root, kind }, postings, command),
  );
}

function reversal(
  state: Account,
  root: RegisterFact & { kind: ReversibleKind },
  postings: readonly EnvelopeAmount[],
  { description }: UndoLast | UndoTransaction,
) {
  return {
    type: 'TransactionReversed',
    ...moved(state, { effective_on: root.effective_on, description }, postings),
    role: 'undo',
    kind: root.kind,
    root_seq: root.seq,
    root_id: root.id,
    reverses_seq: root.tip_seq,
    reverses_id: root.tip_id,
  } as const;
}

/**
 * Restores the archived envelopes that an undo touches, beyond the limit of envelopes in use too: what was undone must
 * not depend on it. A name that was taken meanwhile gets the next free " (2)".
 */
function restorations(
  state: Account,
  postings: readonly EnvelopeAmount[],
  command: UndoLast | UndoTransaction,
): EnvelopeRestored[] {
  const archived = postings.flatMap(({ envelope_id }) => findEnvelope(state, envelope_id) ?? []);
  const keys = liveNameKeys(state);
  return archived
    .filter((envelope) => envelope.archived)
    .map(({ id, name }) => {
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

const OPENING: Refusal = { code: 'opening_cannot_be_undone', detail: 'The opening cannot be undone.' };

const notARoot = ({ root_id }: RegisterFact): Refusal => ({
  code: 'not_a_money_transaction',
  detail: `This is the undo of ${root_id}.`,
  root_id,
});
