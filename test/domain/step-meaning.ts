import type { BatchCommand, LedgerCommand } from '../../src/ledger/domain/commands.js';
import type { Step } from './command-sequences.js';
import { balanceOf, balanceOn, legsIn, type NaiveData } from './naive-data.js';
import { idAt } from './naive-register.js';
import { lastStanding, lastUndone } from './naive-reversals.js';
import { ask } from './sketches.js';

/** A command, and which account it is asked of; null for those that are asked of none. */
export interface AskedStep {
  readonly asked: string | null;
  readonly command: LedgerCommand;
}

/**
 * What a step asks for, made to mean something mostly: three restorations of four are of an archived envelope if there
 * is one, a chosen undo is of a transaction that there is, a transfer goes to another account. `place` is the step's
 * place in the sequence, which new ids are made of.
 */
export function meaningOf({ account_id, command, pick }: Step, place: number, data: NaiveData): AskedStep[] {
  const asked = account_id;
  const account = data.accounts.get(asked);
  switch (command.type) {
    case 'RestoreEnvelope': {
      const archived = [...data.accounts].flatMap(([id, { envelopes }]) =>
        envelopes.flatMap((envelope, envelope_id) => (envelope.archived ? [{ id, envelope_id }] : [])),
      );
      const meant = pick % 4 > 0 ? archived[pick % archived.length] : undefined;
      if (!meant) return [{ asked, command }];
      return [{ asked: meant.id, command: { ...command, envelope_id: meant.envelope_id } }];
    }
    case 'ArchiveEnvelope': {
      const empty = account?.envelopes.findIndex((_, id) => id > 0 && balanceOf(data, asked, id) === 0n) ?? 0;
      const meant = empty > 0 && pick % 3 > 0;
      return [{ asked, command: meant ? { ...command, envelope_id: empty } : command }];
    }
    case 'ReopenAccount': {
      const resting = [...data.accounts].find(([, { closed }]) => closed)?.[0];
      return [{ asked: resting !== undefined && pick % 3 > 0 ? resting : asked, command }];
    }
    case 'CloseAccount':
      return [...emptying(asked, pick, data), { asked, command }];
    case 'UndoLast':
      return [{ asked, command: { ...command, ...last(lastOf(data, asked, true), pick) } }];
    case 'RedoLast': {
      const undone = lastOf(data, asked, false);
      const before = undone === undefined && pick % 3 > 0 ? [{ asked, command: ask('UndoLast', {}) }] : [];
      return [...before, { asked, command: { ...command, ...last(undone, pick) } }];
    }
    case 'UndoBackTo': {
      const { expect } = last(lastOf(data, asked, true), pick >> 3);
      const own = { ...command, back_to: late(data, asked, pick) };
      return [{ asked, command: expect === undefined ? own : { ...own, expect } }];
    }
    case 'RedoTransaction': {
      const transaction_id = chosen(data, asked, command.type, pick);
      const before = pick % 4 > 1 ? [{ asked, command: ask('UndoTransaction', { transaction_id }) }] : [];
      return [...before, { asked, command: { ...command, transaction_id } }];
    }
    case 'UndoTransaction':
    case 'AnnotateTransaction':
      return [{ asked, command: { ...command, transaction_id: chosen(data, asked, command.type, pick) } }];
    case 'UndoBatch':
      return [{ asked: null, command: { ...command, batch_id: batch(data, pick) } }];
    case 'RedoBatch': {
      const batch_id = batch(data, pick);
      const before = pick % 4 > 1 ? [{ asked: null, command: ask('UndoBatch', { batch_id }) }] : [];
      return [...before, { asked: null, command: { ...command, batch_id } }];
    }
    case 'RecordBatch': {
      const commands = command.commands.map((one, index) =>
        transactionOf(one, asked, `${place}_${index}`, pick >> index, data),
      );
      return [{ asked, command: { ...command, commands, batch_id: `bat_${place}` } }];
    }
    case 'AdjustBalance':
    case 'TransferMoney':
      return [{ asked, command: transactionOf(command, asked, `${place}`, pick, data) }];
    default:
      return [{ asked, command }];
  }
}

/** Takes everything out of an account where that is possible, so that it can be closed; now and then not. */
function emptying(asked: string, pick: number, data: NaiveData): AskedStep[] {
  const envelopes = data.accounts.get(asked)?.envelopes ?? [];
  const postings = envelopes
    .map((_, envelope_id) => ({ envelope_id, amount_minor: Number(balanceOf(data, asked, envelope_id)) }))
    .filter(({ amount_minor }) => amount_minor > 0);
  return pick % 5 === 0 || postings.length === 0 ? [] : [{ asked, command: ask('DebitMoney', { postings }) }];
}

const lastOf = (data: NaiveData, asked: string, standing: boolean): string | undefined => {
  if (!data.accounts.has(asked)) return undefined;
  return (standing ? lastStanding(data, asked) : lastUndone(data, asked))?.id;
};

function last(id: string | undefined, pick: number): { expect?: string; whole_batch?: boolean } {
  const expected = pick % 6 === 1 ? 'tx_1' : id;
  return {
    ...(pick % 6 < 3 && expected !== undefined && { expect: expected }),
    ...(pick % 5 < 2 && { whole_batch: true }),
  };
}

/** A transaction among the last ones mostly, else any event. */
function late(data: NaiveData, asked: string, pick: number): string {
  const ids = legsIn(data, asked).map(({ id }) => id);
  return ids.at(-1 - (pick % 4)) ?? idAt(1 + (pick % 9), asked);
}

/** A transaction mostly, one that is undone for a redo, else any sequence number up to one beyond the last. */
function chosen(data: NaiveData, asked: string, type: LedgerCommand['type'], pick: number): string {
  const count = data.accounts.get(asked)?.count ?? 0;
  if (pick % 3 === 0) return idAt(1 + (pick % (count + 1)), asked);
  const legs = legsIn(data, asked);
  const undone = legs.filter((leg) => leg.undone);
  const among = type === 'RedoTransaction' && undone.length > 0 && pick % 5 > 0 ? undone : legs;
  return among[pick % among.length]?.id ?? idAt(1, asked);
}

function batch({ transactions }: NaiveData, pick: number): string {
  const ids = [...new Set(transactions.flatMap((transaction) => transaction.batch ?? []))];
  return (pick % 9 === 0 ? undefined : ids[pick % ids.length]) ?? 'bat_none';
}

function transactionOf(
  command: BatchCommand,
  asked: string,
  place: string,
  pick: number,
  data: NaiveData,
): BatchCommand {
  if (command.type === 'AdjustBalance') {
    const now = Number(balanceOn(data, asked, command.effective_on));
    const near = now + (pick % 4 === 0 ? 0 : (pick % 41) - 20);
    return pick % 4 === 3 ? command : { ...command, balance_minor: near };
  }
  if (command.type !== 'TransferMoney') return command;
  const others = [...data.accounts.keys()].filter((id) => id !== asked);
  const unusual = [asked, 'acc_9'][pick % 23];
  const to_account_id = unusual ?? others[pick % others.length] ?? 'acc_9';
  const currencies = [asked, to_account_id].map((id) => data.accounts.get(id)?.currency);
  const both = (currencies[0] === currencies[1]) === (pick % 19 === 0);
  return {
    ...command,
    ...{ to_account_id, sent_id: `out_${place}`, received_id: `in_${place}` },
    ...(both && { to_amount_minor: 1 + (pick % 1_000) }),
  };
}
