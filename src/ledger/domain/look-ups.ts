import type { CalendarDate } from '../../kernel/dates.js';
import type { Account } from './account.js';
import type { BatchCommand, LedgerCommand, RedoLast, UndoBackTo, UndoLast } from './commands.js';
import { NO_FACTS, type Facts, type RegisterFact } from './facts.js';
import { LIMITS } from './limits.js';

/**
 * Something to be looked up for a command, in the snapshot of its accounts and over what earlier commands of the same
 * commit left. The answer becomes the member of {@link Facts} that stands here as `fact`. Rows of the register are those
 * of the account asked, but for a batch's; the root of a transfer comes with its other side.
 */
export type LookUp =
  /** Whether another open account of the household has that name, compared by `nameKey`. */
  | { readonly fact: 'name_taken'; readonly name: string }
  /** The standing root with the greatest sequence: the opening when nothing else stands. */
  | { readonly fact: 'last_standing' }
  /** The root of the standing undo with the greatest sequence beyond `after_seq`, null without one. */
  | { readonly fact: 'last_undo'; readonly after_seq: number }
  /** The row with that id, a reversal's too; null when the account has none. */
  | { readonly fact: 'row'; readonly id: string }
  /** The same for a row that was expected to be the last, where another one is. */
  | { readonly fact: 'expected'; readonly id: string }
  /** The standing roots beyond `after_seq`, the greatest sequence first, `limit` of them at most. */
  | { readonly fact: 'standing_after'; readonly after_seq: number; readonly limit: number }
  /** Every root of a batch, over all accounts of the household, in any order. */
  | { readonly fact: 'batch'; readonly batch_id: string }
  /** What the account's balance was at the end of that day: one of the `balances`. */
  | { readonly fact: 'balances'; readonly date: CalendarDate };

/**
 * What is still to be looked up for a command, given what was found so far: called again with the answers until nothing
 * is left, which is after three rounds at most. `account` is the one asked, null when there is none.
 */
export function lookUpsFor(
  command: LedgerCommand,
  account: Account | null,
  facts: Facts = NO_FACTS,
): LookUp[] {
  return needsOf(command, account, facts).filter((need) =>
    need.fact === 'balances'
      ? !facts.balances?.some(({ date }) => date === need.date)
      : facts[need.fact] === undefined,
  );
}

/** The accounts that a command or its facts name besides the one asked, null where none is asked; each once. */
export function accountsNamed(command: LedgerCommand, facts: Facts, asked: string | null): string[] {
  const commands = command.type === 'RecordBatch' ? command.commands : [command];
  const targets = commands.flatMap((one) => (one.type === 'TransferMoney' ? [one.to_account_id] : []));
  const { row, last_standing, last_undo, standing_after = [], batch = [] } = facts;
  const roots = [row, last_standing, last_undo, ...standing_after, ...batch].flatMap((fact) => fact ?? []);
  const ids = new Set([...targets, ...roots.flatMap(accountsOf)]);
  return [...ids].filter((id) => id !== asked);
}

const accountsOf = ({ account_id, counterpart }: RegisterFact): string[] =>
  counterpart ? [account_id, counterpart.account_id] : [account_id];

function needsOf(command: LedgerCommand, account: Account | null, facts: Facts): LookUp[] {
  switch (command.type) {
    case 'OpenAccount':
      return [{ fact: 'name_taken', name: command.name }];
    case 'UndoBatch':
    case 'RedoBatch':
      return [{ fact: 'batch', batch_id: command.batch_id }];
    default:
      return account ? needsWithin(account, command, facts) : [];
  }
}

function needsWithin(account: Account, command: LedgerCommand, facts: Facts): LookUp[] {
  switch (command.type) {
    case 'ChangeAccount':
      return command.name === undefined ? [] : [{ fact: 'name_taken', name: command.name }];
    case 'ReopenAccount':
      return account.state === 'open' ? [] : [{ fact: 'name_taken', name: account.name }];
    case 'AdjustBalance':
      return balancesFor([command]);
    case 'RecordBatch':
      return balancesFor(command.commands);
    case 'UndoLast':
      return [
        { fact: 'last_standing' },
        ...batchOfLast(command, facts.last_standing),
        ...expectedIn(command, facts.last_standing),
      ];
    case 'RedoLast':
      return [
        { fact: 'last_undo', after_seq: account.last_root_seq },
        ...batchOfLast(command, facts.last_undo),
        ...expectedIn(command, facts.last_undo),
      ];
    case 'UndoBackTo':
      return [
        { fact: 'row', id: command.back_to },
        ...everythingAfter(facts.row),
        ...expectedIn(command, lastAfter(facts)),
      ];
    case 'UndoTransaction':
    case 'RedoTransaction':
    case 'AnnotateTransaction':
      return [{ fact: 'row', id: command.transaction_id }];
    default:
      return [];
  }
}

function balancesFor(commands: readonly BatchCommand[]): LookUp[] {
  const adjustments = commands.filter((command) => command.type === 'AdjustBalance');
  const dates = new Set(adjustments.map(({ effective_on }) => effective_on));
  return [...dates].map((date) => ({ fact: 'balances', date }));
}

function batchOfLast({ whole_batch }: UndoLast | RedoLast, last: Facts['last_standing']): LookUp[] {
  const batch_id = last?.batch_id ?? null;
  return whole_batch === true && batch_id !== null ? [{ fact: 'batch', batch_id }] : [];
}

/** What is expected to be the last, once it is known that another one is. */
function expectedIn({ expect }: UndoLast | UndoBackTo | RedoLast, last: Facts['row']): LookUp[] {
  return expect === undefined || last === undefined || last?.id === expect
    ? []
    : [{ fact: 'expected', id: expect }];
}

/** The last standing root from the row on to which everything is to be undone; undefined until it is known. */
function lastAfter({ row, standing_after }: Facts): Facts['row'] {
  return row?.role === 'root' ? standing_after && (standing_after[0] ?? row) : row;
}

/** One more than can be undone at once, so that too many show. */
function everythingAfter(row: Facts['row']): LookUp[] {
  if (row?.role !== 'root') return [];
  return [{ fact: 'standing_after', after_seq: row.seq, limit: LIMITS.at_once + 1 }];
}
