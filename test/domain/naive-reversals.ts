import type { RedoCommand, UndoCommand } from '../../src/ledger/domain/commands.js';
import { nameTaken } from './naive-accounts.js';
import { legsIn, transactionWith } from './naive-data.js';
import type { Leg, NaiveAccount, NaiveData, NaiveTransaction } from './naive-data.js';
import { checkHeld, checkRange, countTurned } from './naive-money.js';
import { idAt } from './naive-register.js';
import { keyOf, refuseIf, Refused, type Of } from './naive-verdict.js';

const isUndone = ({ legs }: NaiveTransaction): boolean => legs[0]!.undone;

/** Undoes or redoes; counts its events itself. */
export function turn(data: NaiveData, asked: string | null, command: UndoCommand | RedoCommand): number {
  const undo = command.type.startsWith('Undo');
  const chosen = choose(data, asked, command);
  reverse(data, asked, chosen.filter((one) => isUndone(one) !== undo), undo); // prettier-ignore
  return 0;
}

function choose(
  data: NaiveData,
  asked: string | null,
  command: UndoCommand | RedoCommand,
): readonly NaiveTransaction[] {
  switch (command.type) {
    case 'UndoLast':
    case 'RedoLast':
      return chooseLast(data, asked!, command);
    case 'UndoBackTo':
      return chooseAfter(data, asked!, command);
    case 'UndoTransaction':
    case 'RedoTransaction': {
      const { transaction } = rootIn(data, asked!, command.transaction_id);
      refuseIf(command.type === 'UndoTransaction' && transaction.opening, 'opening_cannot_be_undone');
      refuseIf(command.type === 'UndoTransaction' && isUndone(transaction), 'already_reversed');
      refuseIf(command.type === 'RedoTransaction' && !isUndone(transaction), 'not_undone');
      return [transaction];
    }
    case 'UndoBatch':
    case 'RedoBatch': {
      const batch = data.transactions.filter((one) => one.batch === command.batch_id);
      refuseIf(batch.length === 0, 'not_found');
      refuseIf(command.type === 'UndoBatch' && batch.every(isUndone), 'already_reversed');
      refuseIf(command.type === 'RedoBatch' && !batch.some(isUndone), 'nothing_to_redo');
      return batch;
    }
  }
}

function chooseLast(
  data: NaiveData,
  asked: string,
  { type, expect, whole_batch }: Of<'UndoLast'> | Of<'RedoLast'>,
): readonly NaiveTransaction[] {
  if (expect !== undefined) legOf(data, asked, expect);
  const leg = type === 'UndoLast' ? lastStanding(data, asked) : lastUndone(data, asked);
  if (!leg) throw new Refused('nothing_to_redo');
  const last = transactionWith(data, leg.id)!;
  refuseIf(expect !== undefined && expect !== leg.id, 'not_the_last');
  refuseIf(last.opening, 'opening_cannot_be_undone');
  const wanted = whole_batch === true && last.batch !== null;
  return wanted ? data.transactions.filter(({ batch }) => batch === last.batch) : [last];
}

/** The last side of an account that stands. */
export const lastStanding = (data: NaiveData, asked: string): Leg | undefined =>
  legsIn(data, asked).findLast((leg) => !leg.undone);

/** The side that was undone last, unless something was recorded in the account since. */
export function lastUndone(data: NaiveData, asked: string): Leg | undefined {
  const legs = legsIn(data, asked);
  const newest = legs.at(-1)!.seq;
  const undone = legs.filter((leg) => leg.undone && leg.undoneAt > newest);
  return undone.sort((a, b) => a.undoneAt - b.undoneAt).at(-1);
}

function chooseAfter(
  data: NaiveData,
  asked: string,
  { back_to, expect }: Of<'UndoBackTo'>,
): readonly NaiveTransaction[] {
  legOf(data, asked, back_to);
  if (expect !== undefined) legOf(data, asked, expect);
  const { leg } = rootIn(data, asked, back_to);
  const after = legsIn(data, asked).filter(({ seq, undone }) => seq > leg.seq && !undone);
  refuseIf(expect !== undefined && expect !== (after.at(-1) ?? leg).id, 'not_the_last');
  refuseIf(after.length === 0, 'already_reversed');
  return after.map(({ id }) => transactionWith(data, id)!);
}

function rootIn(data: NaiveData, asked: string, id: string) {
  const leg = legOf(data, asked, id);
  if (!leg) throw new Refused('not_a_money_transaction');
  return { leg, transaction: transactionWith(data, id)! };
}

/** The side with that id, none for the id of a reversal. */
function legOf(data: NaiveData, asked: string, id: string): Leg | undefined {
  const legs = legsIn(data, asked);
  refuseIf(!legs.some((leg) => leg.id === (data.reversals.get(id) ?? id)), 'not_found');
  return legs.find((leg) => leg.id === id);
}

/** Turns every side over, account by account; amounts are looked at after each, what is held at the end. */
function reverse(
  data: NaiveData,
  asked: string | null,
  chosen: readonly NaiveTransaction[],
  undo: boolean,
): void {
  const legs = chosen.flatMap((transaction) => transaction.legs);
  const ids = [...new Set(legs.map(({ account }) => account))].sort();
  const accounts = [...ids.filter((id) => id === asked), ...ids.filter((id) => id !== asked)];
  refuseIf(
    accounts.some((id) => data.accounts.get(id)!.closed),
    'account_closed',
  );
  for (const id of accounts) {
    const inOrder = legs.filter(({ account }) => account === id).sort((a, b) => a.seq - b.seq);
    for (const leg of undo ? inOrder.reverse() : inOrder) {
      turnOver(data, data.accounts.get(id)!, leg);
      checkRange(data, id);
      countTurned(data.accounts.get(id)!, leg.effects);
    }
  }
  for (const id of accounts) checkHeld(data, id);
}

function turnOver(data: NaiveData, account: NaiveAccount, leg: Leg): void {
  for (const id of leg.effects.keys()) {
    const envelope = account.envelopes[id]!;
    if (!envelope.archived) continue;
    const base = envelope.name;
    for (let number = 2; nameTaken(account, envelope.name); number += 1) {
      envelope.name = `${base} (${number})`;
    }
    envelope.archived = false;
    account.count += 1;
  }
  account.count += 1;
  leg.undone = !leg.undone;
  if (leg.undone) leg.undoneAt = account.count;
  data.reversals.set(idAt(account.count, leg.account), leg.id);
}

/** Changes what is told of a transaction. */
export function annotate(data: NaiveData, asked: string, command: Of<'AnnotateTransaction'>): number {
  const { description, notes, tags, transaction_id } = command;
  const leg = legOf(data, asked, transaction_id);
  refuseIf((description?.trim().length ?? 0) > 500, 'invalid_request');
  refuseIf((notes?.trim().length ?? 0) > 2_000, 'invalid_request');
  refuseIf(tags?.some((tag) => tag.trim() === '' || tag.trim().length > 50) ?? false, 'invalid_request');
  const keys = (tags ?? []).map(keyOf);
  const kept = (tags ?? []).filter((_, index) => keys.indexOf(keys[index]!) === index);
  refuseIf(kept.length > 20, 'invalid_request');
  if (!leg) throw new Refused('not_a_money_transaction');
  refuseIf(leg.undone, 'already_reversed');
  const told = data.told.get(transaction_id)!;
  const after = {
    description: description?.trim() ?? told.description,
    notes: notes?.trim() ?? told.notes,
    tags: tags ? kept.map((tag) => tag.trim()) : told.tags,
  };
  data.told.set(transaction_id, after);
  return JSON.stringify(after) === JSON.stringify(told) ? 0 : 1;
}
