import type { Books } from '../books.js';
import type { UndoBackTo, UndoBatch, UndoLast, UndoTransaction } from '../commands.js';
import { known, type Facts } from '../facts.js';
import { descriptionRefusal } from '../fields.js';
import { missing, refuse, type LedgerDecision } from '../refusals.js';
import {
  ALREADY_REVERSED,
  expectedRefusal,
  lastOrBatch,
  notARoot,
  OPENING,
  unexpectedRefusal,
} from './chosen.js';
import { reverse } from './reversal.js';

/** Undoes the last transaction that stands, or what stands of its batch. */
export function undoLast(books: Books, facts: Facts, command: UndoLast): LedgerDecision {
  const refusal = descriptionRefusal(command.description);
  if (refusal) return refuse(refusal);
  const last = known(facts, 'last_standing');
  if (!last) throw new Error('Not even the opening stands');
  const inTheWay =
    expectedRefusal(facts, last, command.expect) ??
    unexpectedRefusal(last, command.expect) ??
    (last.kind === 'opening' ? OPENING : null);
  if (inTheWay) return refuse(inTheWay);
  const standing = lastOrBatch(facts, last, command.whole_batch).filter((root) => root.standing);
  return reverse(books, standing, command);
}

/** Undoes every standing transaction after one, which may itself be undone. */
export function undoBackTo(books: Books, facts: Facts, command: UndoBackTo): LedgerDecision {
  const refusal = descriptionRefusal(command.description);
  if (refusal) return refuse(refusal);
  const to = known(facts, 'row');
  if (!to) return refuse(missing('transaction'));
  if (to.role !== 'root') return refuse(expectedRefusal(facts, to, command.expect) ?? notARoot(to));
  const after = known(facts, 'standing_after');
  const [last = to] = after;
  const inTheWay =
    expectedRefusal(facts, last, command.expect) ??
    unexpectedRefusal(last, command.expect) ??
    (after.length === 0 ? NOTHING_AFTER : null);
  return inTheWay ? refuse(inTheWay) : reverse(books, after, command);
}

/** Undoes the transaction asked for. */
export function undoTransaction(books: Books, facts: Facts, command: UndoTransaction): LedgerDecision {
  const root = known(facts, 'row');
  if (!root) return refuse(missing('transaction'));
  const refusal =
    descriptionRefusal(command.description) ??
    (root.role === 'root' ? null : notARoot(root)) ??
    (root.kind === 'opening' ? OPENING : null) ??
    (root.standing ? null : ALREADY_REVERSED);
  return refusal ? refuse(refusal) : reverse(books, [root], command);
}

/** Undoes what still stands of a batch. */
export function undoBatch(books: Books, facts: Facts, command: UndoBatch): LedgerDecision {
  const roots = known(facts, 'batch');
  if (roots.length === 0) return refuse(missing('batch'));
  const refusal = descriptionRefusal(command.description);
  if (refusal) return refuse(refusal);
  const standing = roots.filter((root) => root.standing);
  return standing.length > 0 ? reverse(books, standing, command) : refuse(BATCH_REVERSED);
}

const NOTHING_AFTER = {
  code: 'already_reversed',
  detail: 'Nothing after that transaction stands.',
} as const;

const BATCH_REVERSED = {
  code: 'already_reversed',
  detail: 'Nothing of the batch stands.',
} as const;
