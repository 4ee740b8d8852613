import type { Account, EnvelopeAmount } from '../account.js';
import { accountIn, booksAfter, type Books, type Entry } from '../books.js';
import type { RedoCommand, UndoCommand } from '../commands.js';
import type { TransactionReversed, TransferSide } from '../events.js';
import type { RegisterFact } from '../facts.js';
import { LIMITS } from '../limits.js';
import { moved } from '../record.js';
import { accountClosed, limitReached, refuse, type LedgerDecision } from '../refusals.js';
import { overdraftRefusal, rangeRefusal } from '../rules.js';
import { restorations } from './restorations.js';

/**
 * Reverses roots, both sides of a transfer: for an undo the last one first, for a redo in the order of recording. Rule 7
 * is judged once, at the end; only amounts must be in their range all along, since each event carries its balance.
 * Of several accounts the one asked comes first.
 */
export function reverse(
  books: Books,
  roots: readonly RegisterFact[],
  command: UndoCommand | RedoCommand,
): LedgerDecision {
  const role = command.type.startsWith('Undo') ? 'undo' : 'redo';
  const sides = sidesOf(roots);
  const transactions = sides.filter(({ kind }) => kind !== 'transfer_in').length;
  if (transactions > LIMITS.at_once) {
    return refuse(limitReached(LIMITS.at_once, 'transactions undone or redone at once'));
  }
  const asked = books.account?.id;
  const direction = role === 'undo' ? -1 : 1;
  const inOrder = sides.sort(
    (a, b) => byAccount(asked, a.account_id, b.account_id) || direction * (a.seq - b.seq),
  );
  const accounts = [...new Set(inOrder.map(({ account_id }) => account_id))];
  const closed = accounts.map((id) => needed(books, id)).find(({ state }) => state === 'closed');
  if (closed) return refuse(accountClosed(closed));
  return reverseInOrder(books, inOrder, role, command);
}

function reverseInOrder(
  books: Books,
  sides: readonly RegisterFact[],
  role: TransactionReversed['role'],
  command: UndoCommand | RedoCommand,
): LedgerDecision {
  const entries: Entry[] = [];
  let after = books;
  for (const side of sides) {
    const account = needed(after, side.account_id);
    const postings = role === 'undo' ? negated(side.postings) : side.postings;
    const refusal = rangeRefusal(account, postings);
    if (refusal) return refuse(refusal);
    const step = [
      ...restorations(account, postings, command),
      reversal(account, side, role, postings, command.description),
    ].map((event) => ({ account_id: account.id, event }));
    entries.push(...step);
    after = booksAfter(after, step);
  }
  for (const id of new Set(sides.map(({ account_id }) => account_id))) {
    const account = needed(after, id);
    const refusal = overdraftRefusal(account, account.envelopes);
    if (refusal) return refuse(refusal);
  }
  return { ok: true, entries };
}

/** Every root, and the other side of each that is a transfer, each once. */
function sidesOf(roots: readonly RegisterFact[]): RegisterFact[] {
  const sides = roots.flatMap((root) =>
    root.counterpart ? [root, { ...root.counterpart, counterpart: root }] : [root],
  );
  return [...new Map(sides.map((side) => [side.id, side])).values()];
}

/** The account asked first, the others by their ids. */
function byAccount(asked: string | undefined, a: string, b: string): number {
  if (a === b) return 0;
  if (a === asked || b === asked) return a === asked ? -1 : 1;
  return a < b ? -1 : 1;
}

const negated = (postings: readonly EnvelopeAmount[]): EnvelopeAmount[] =>
  postings.map(({ envelope_id, amount_minor }) => ({ envelope_id, amount_minor: -amount_minor }));

function reversal(
  state: Account,
  root: RegisterFact,
  role: TransactionReversed['role'],
  postings: readonly EnvelopeAmount[],
  description: string,
): TransactionReversed {
  const { kind, batch_id, payer } = root;
  if (kind === 'opening') throw new Error(`The opening of ${state.id} is never reversed`);
  return {
    type: 'TransactionReversed',
    ...moved(state, { effective_on: root.effective_on, description }, postings),
    ...{ role, kind },
    root_seq: root.seq,
    root_id: root.id,
    reverses_seq: root.tip_seq,
    reverses_id: root.tip_id,
    ...(batch_id !== null && { batch_id }),
    ...(payer !== null && { payer }),
    ...transferSide(root),
  };
}

function transferSide({ kind, id, counterpart }: RegisterFact): TransferSide | null {
  if (!counterpart) {
    if (kind === 'transfer_in' || kind === 'transfer_out')
      throw new Error(`${id} came without its other side`);
    return null;
  }
  return {
    transfer_id: kind === 'transfer_out' ? id : counterpart.id,
    counterpart: { account_id: counterpart.account_id, transaction_id: counterpart.id },
  };
}

function needed(books: Books, account_id: string): Account {
  const account = accountIn(books, account_id);
  if (!account) throw new Error(`${account_id} is not among the accounts at hand`);
  return account;
}
