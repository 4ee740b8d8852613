import type { Books } from '../books.js';
import type { RedoBatch, RedoLast, RedoTransaction } from '../commands.js';
import { known, type Facts } from '../facts.js';
import { descriptionRefusal } from '../fields.js';
import { missing, refuse, type LedgerDecision, type Refusal } from '../refusals.js';
import { expectedRefusal, lastOrBatch, notARoot, unexpectedRefusal } from './chosen.js';
import { reverse } from './reversal.js';

/** Redoes the transaction that was undone last, or what is undone of its batch. */
export function redoLast(books: Books, facts: Facts, command: RedoLast): LedgerDecision {
  const refusal = descriptionRefusal(command.description);
  if (refusal) return refuse(refusal);
  const last = known(facts, 'last_undo');
  const lost = expectedRefusal(facts, last, command.expect);
  if (lost) return refuse(lost);
  if (!last) return refuse(NOTHING_UNDONE);
  const unexpected = unexpectedRefusal(last, command.expect);
  if (unexpected) return refuse(unexpected);
  const undone = lastOrBatch(facts, last, command.whole_batch).filter((root) => !root.standing);
  return reverse(books, undone, command);
}

/** Redoes the transaction asked for, whenever it was undone. */
export function redoTransaction(books: Books, facts: Facts, command: RedoTransaction): LedgerDecision {
  const root = known(facts, 'row');
  if (!root) return refuse(missing('transaction'));
  const refusal =
    descriptionRefusal(command.description) ??
    (root.role === 'root' ? null : notARoot(root)) ??
    (root.standing ? NOT_UNDONE : null);
  return refusal ? refuse(refusal) : reverse(books, [root], command);
}

/** Redoes what is undone of a batch. */
export function redoBatch(books: Books, facts: Facts, command: RedoBatch): LedgerDecision {
  const roots = known(facts, 'batch');
  if (roots.length === 0) return refuse(missing('batch'));
  const refusal = descriptionRefusal(command.description);
  if (refusal) return refuse(refusal);
  const undone = roots.filter((root) => !root.standing);
  return undone.length > 0 ? reverse(books, undone, command) : refuse(BATCH_STANDS);
}

const NOTHING_UNDONE: Refusal = {
  code: 'nothing_to_redo',
  detail: 'Nothing was undone since the newest transaction.',
};

const NOT_UNDONE: Refusal = { code: 'not_undone', detail: 'The transaction stands.' };

const BATCH_STANDS: Refusal = { code: 'nothing_to_redo', detail: 'Nothing of the batch is undone.' };
