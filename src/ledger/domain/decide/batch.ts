import type { Account } from '../account.js';
import { booksAfter, type Books, type Entry } from '../books.js';
import type { RecordBatch } from '../commands.js';
import { isRootEvent } from '../events.js';
import type { Facts } from '../facts.js';
import { LIMITS } from '../limits.js';
import { invalid, refuse, type LedgerDecision, type Refusal } from '../refusals.js';
import { balancesAfter } from './adjustment.js';
import { decideTransaction } from './transaction.js';

/** Records several transactions, each judged on what those before it leave, all or none. */
export function recordBatch(
  books: Books,
  { id }: Account,
  facts: Facts,
  { batch_id, commands }: RecordBatch,
): LedgerDecision {
  if (commands.length === 0 || commands.length > LIMITS.at_once) {
    return refuse(invalid('commands', `must hold 1 to ${LIMITS.at_once} commands`));
  }
  const entries: Entry[] = [];
  let [after, known] = [books, facts];
  for (const [index, command] of commands.entries()) {
    const { account } = after;
    if (!account) throw new Error(`${id} was lost within a batch`);
    const decision = decideTransaction(after, account, known, command);
    if (!decision.ok) return { ok: false, refusal: placed(decision.refusal, index), index };
    const step = decision.entries.map((entry) => inBatch(entry, batch_id));
    entries.push(...step);
    after = booksAfter(after, step);
    if (known.balances) known = { ...known, balances: balancesAfter(known.balances, id, step) };
  }
  return { ok: true, entries };
}

function inBatch({ account_id, event }: Entry, batch_id: string): Entry {
  if (!isRootEvent(event)) throw new Error(`A batch holds transactions, not ${event.type}`);
  return { account_id, event: { ...event, batch_id } };
}

/** The refusal with its fields named as they stand in the list of commands. */
function placed(refusal: Refusal, index: number): Refusal {
  if (refusal.code !== 'invalid_request') return refusal;
  const errors = refusal.errors.map(({ field, message }) => ({
    field: `commands[${index}].${field}`,
    message,
  }));
  return { ...refusal, detail: errors.map(({ field, message }) => `${field} ${message}.`).join(' '), errors };
}
