import { balance, balanceOf, balanceOn, type NaiveAccount, type NaiveData } from './naive-data.js';
import { payerWith, usable } from './naive-payers.js';
import { idAt } from './naive-register.js';
import { addUp, LIMIT, negated, pairs, refuseIf, Refused, total, wrongAmount, wrongName } from './naive-verdict.js'; // prettier-ignore
import type { Of, Pairs } from './naive-verdict.js';
import type { BatchCommand } from '../../src/ledger/domain/commands.js';

type Effects = ReadonlyMap<number, bigint>;
/** An account, and what is to be recorded there. */
interface Part {
  readonly id: string;
  readonly effects: Effects;
  readonly event_id?: string;
}

/** Records one transaction of an account, of a batch or of none; counts its events itself. */
export function recordOne(
  data: NaiveData,
  id: string,
  account: NaiveAccount,
  command: BatchCommand,
  batch: string | null,
): number {
  const one = (effects: Effects): number => record(data, [{ id, effects }], command, batch);
  switch (command.type) {
    case 'DepositMoney':
      return one(posted(account, [[command.envelope_id, command.amount_minor]]));
    case 'DebitMoney':
      return one(negated(posted(account, pairs(command.postings))));
    case 'WithdrawCash':
      return one(negated(posted(account, [[command.envelope_id, command.amount_minor]])));
    case 'MoveMoney':
      return one(moved(data, id, account, command));
    case 'ReceivePay':
      return one(payFrom(account, command));
    case 'ReceiveOtherPay':
      refuseIf(wrongName(command.payer), 'invalid_request');
      return one(pay(account, command.amount_minor, pairs(command.split)));
    case 'AdjustBalance':
      return one(adjustment(data, id, account, command));
    case 'TransferMoney':
      return record(data, transfer(data, id, account, command), command, batch);
  }
}

function posted(account: NaiveAccount, list: Pairs): Map<number, bigint> {
  refuseIf(list.length === 0 || list.some(([, amount]) => wrongAmount(amount)), 'invalid_request');
  usable(account, list);
  return addUp(list);
}

function moved(data: NaiveData, id: string, account: NaiveAccount, command: Of<'MoveMoney'>): Effects {
  const { from_id, to_id, amount_minor } = command;
  refuseIf(wrongAmount(amount_minor) || from_id === to_id, 'invalid_request');
  usable(account, [[from_id, 0], [to_id, 0]]); // prettier-ignore
  refuseIf(balanceOf(data, id, from_id) < BigInt(amount_minor), 'envelope_overdrawn');
  return addUp([[from_id, -amount_minor], [to_id, amount_minor]]); // prettier-ignore
}

function payFrom(account: NaiveAccount, { payer_id, amount_minor, split }: Of<'ReceivePay'>): Effects {
  refuseIf(amount_minor !== undefined && wrongAmount(amount_minor), 'invalid_request');
  refuseIf(split?.some((posting) => wrongAmount(posting.amount_minor)) ?? false, 'invalid_request');
  const payer = payerWith(account, payer_id);
  return pay(account, amount_minor ?? payer.amount, split ? pairs(split) : payer.split);
}

function pay(account: NaiveAccount, amount: number, split: Pairs): Effects {
  refuseIf(wrongAmount(amount) || split.some(([, part]) => wrongAmount(part)), 'invalid_request');
  usable(account, split);
  const rest = BigInt(amount) - total(addUp(split).values());
  refuseIf(rest < 0n, 'split_exceeds_amount');
  return addUp(rest > 0n ? [...split, [0, Number(rest)]] : split);
}

function adjustment(
  data: NaiveData,
  id: string,
  account: NaiveAccount,
  { balance_minor, envelope_id, effective_on }: Of<'AdjustBalance'>,
): Effects {
  refuseIf(Math.abs(balance_minor) >= Number(LIMIT) || balance_minor % 1 !== 0, 'invalid_request');
  usable(account, [[envelope_id, 0]]);
  const difference = BigInt(balance_minor) - balanceOn(data, id, effective_on);
  refuseIf(difference === 0n, 'nothing_to_adjust');
  return new Map([[envelope_id, difference]]);
}

function transfer(data: NaiveData, id: string, account: NaiveAccount, command: Of<'TransferMoney'>): Part[] {
  const { to_account_id, amount_minor, to_amount_minor, from_envelope_id, to_envelope_id } = command;
  refuseIf(wrongAmount(amount_minor) || to_account_id === id, 'invalid_request');
  refuseIf(to_amount_minor !== undefined && wrongAmount(to_amount_minor), 'invalid_request');
  const other = data.accounts.get(to_account_id);
  if (!other) throw new Refused('not_found');
  refuseIf((other.currency === account.currency) !== (to_amount_minor === undefined), 'invalid_request');
  const [from, to] = [account.envelopes[from_envelope_id], other.envelopes[to_envelope_id]];
  if (!from || !to) throw new Refused('not_found');
  refuseIf(other.closed, 'account_closed');
  refuseIf(from.archived || to.archived, 'envelope_archived');
  return [
    { id, effects: addUp([[from_envelope_id, -amount_minor]]), event_id: command.sent_id },
    {
      id: to_account_id,
      effects: addUp([[to_envelope_id, to_amount_minor ?? amount_minor]]),
      event_id: command.received_id,
    },
  ];
}

function record(
  data: NaiveData,
  parts: readonly Part[],
  { effective_on: day, description }: BatchCommand,
  batch: string | null,
): number {
  for (const { id, effects } of parts) check(data, id, effects);
  for (const { id, effects } of parts) data.accounts.get(id)!.turnover += turnoverOf(effects);
  const legs = parts.map(({ id, effects, event_id }) => {
    const seq = (data.accounts.get(id)!.count += 1);
    return { account: id, id: event_id ?? idAt(seq, id), seq, effects, undone: false, undoneAt: 0 };
  });
  data.transactions.push({ opening: false, legs, day, batch });
  for (const { id } of legs) data.told.set(id, { description: description.trim(), notes: '', tags: [] });
  return 0;
}

const beyond = (amount: bigint): boolean => amount >= LIMIT || amount <= -LIMIT;

/** Refuses what the account cannot take now. */
function check(data: NaiveData, id: string, effects: Effects): void {
  const account = data.accounts.get(id)!;
  const after = [...effects].map(([envelope, amount]) => balanceOf(data, id, envelope) + amount);
  const change = total(effects.values());
  refuseIf([...effects.values()].some(beyond), 'balance_out_of_range');
  refuseIf(!account.canGoNegative && after.some((amount) => amount < 0n), 'envelope_overdrawn');
  refuseIf([...after, change, balance(data, id) + change].some(beyond), 'balance_out_of_range');
  checkTurnover(account, effects);
  const limit = account.creditLimit;
  refuseIf(limit !== null && balance(data, id) + change < -BigInt(limit), 'credit_limit_exceeded');
}

/** What effects add up to without their signs. */
const turnoverOf = (effects: Effects): bigint =>
  total([...effects.values()].map((amount) => (amount < 0n ? -amount : amount)));

/** Refuses what would be too much to be counted. */
function checkTurnover({ turnover }: NaiveAccount, effects: Effects): void {
  refuseIf(turnover + turnoverOf(effects) >= 2n ** 53n, 'limit_reached');
}

/** Counts a side that is turned over, unless that is too much to be counted. */
export function countTurned(account: NaiveAccount, effects: Effects): void {
  checkTurnover(account, effects);
  account.turnover += turnoverOf(effects);
}

/** Refuses accounts that are out of the range of amounts as they are. */
export function checkRange(data: NaiveData, id: string): void {
  const held = data.accounts.get(id)!.envelopes.map((_, envelope) => balanceOf(data, id, envelope));
  refuseIf([...held, balance(data, id)].some(beyond), 'balance_out_of_range');
}

/** Refuses accounts that hold too little as they are. */
export function checkHeld(data: NaiveData, id: string): void {
  const account = data.accounts.get(id)!;
  const held = account.envelopes.map((_, envelope) => balanceOf(data, id, envelope));
  refuseIf(!account.canGoNegative && held.some((amount) => amount < 0n), 'envelope_overdrawn');
  const limit = account.creditLimit;
  refuseIf(limit !== null && balance(data, id) < -BigInt(limit), 'credit_limit_exceeded');
}
