import { tidyText } from '../../../kernel/text.js';
import type { Account } from '../account.js';
import type { AnnotateTransaction } from '../commands.js';
import type { TransactionAnnotated } from '../events.js';
import { known, type Facts, type RegisterFact } from '../facts.js';
import { descriptionRefusal, notesRefusal, tagsRefusal, tidyTags } from '../fields.js';
import { unmoved } from '../record.js';
import { accept, missing, refuse, type AccountDecision } from '../refusals.js';
import { ALREADY_REVERSED, notARoot } from './chosen.js';

/** Changes what is told of a transaction that stands. */
export function annotateTransaction(
  state: Account,
  facts: Facts,
  command: AnnotateTransaction,
): AccountDecision {
  const root = known(facts, 'row');
  if (!root) return refuse(missing('transaction'));
  const { description, notes, tags } = command;
  const refusal =
    (description === undefined ? null : descriptionRefusal(description)) ??
    (notes === undefined ? null : notesRefusal(notes)) ??
    (tags === undefined ? null : tagsRefusal(tags)) ??
    (root.role === 'root' ? null : notARoot(root)) ??
    (root.standing ? null : ALREADY_REVERSED);
  if (refusal) return refuse(refusal);
  const changes = changesOf(root, command);
  if (Object.keys(changes).length === 0) return accept();
  return accept({
    type: 'TransactionAnnotated',
    ...unmoved(state, command),
    root_seq: root.seq,
    root_id: root.id,
    ...changes,
  });
}

function changesOf(
  root: RegisterFact,
  { description, notes, tags }: AnnotateTransaction,
): Pick<TransactionAnnotated, 'description' | 'notes' | 'tags'> {
  const told = {
    description: tidyText(description ?? root.description),
    notes: tidyText(notes ?? root.notes),
    tags: tags ? tidyTags(tags) : root.tags,
  };
  return {
    ...(told.description !== root.description && { description: told.description }),
    ...(told.notes !== root.notes && { notes: told.notes }),
    ...(!sameList(told.tags, root.tags) && { tags: told.tags }),
  };
}

const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((entry, index) => entry === b[index]);
