import { balance, balanceOf, type NaiveAccount, type NaiveData } from './naive-data.js';
import { payInto } from './naive-payers.js';
import { addUp, asIs, keyOf, LIMIT, refuseIf, Refused, taken, wrongAmount, wrongName } from './naive-verdict.js'; // prettier-ignore
import type { Of } from './naive-verdict.js';
import { idAt } from './naive-register.js';

const accountNameTaken = (data: NaiveData, name: string, except: string): boolean =>
  [...data.accounts].some(
    ([id, other]) => id !== except && !other.closed && keyOf(other.name) === keyOf(name),
  );

export function open(data: NaiveData, command: Of<'OpenAccount'>): number {
  const { opening_balance_minor: opening, can_go_negative, credit_limit_minor: limit } = command;
  refuseIf(wrongName(command.name), 'invalid_request');
  refuseIf(Math.abs(opening) >= Number(LIMIT), 'invalid_request');
  refuseIf(limit !== null && (!can_go_negative || wrongAmount(limit)), 'invalid_request');
  refuseIf(accountNameTaken(data, command.name, command.account_id), 'name_taken');
  refuseIf(opening < 0 && !can_go_negative, 'envelope_overdrawn');
  refuseIf(limit !== null && opening < -limit, 'credit_limit_exceeded');
  data.accounts.set(command.account_id, {
    currency: command.currency,
    name: command.name.trim(),
    canGoNegative: can_go_negative,
    creditLimit: limit,
    closed: false,
    count: 1,
    turnover: BigInt(Math.abs(opening)),
    envelopes: [{ name: 'Available', archived: false }],
    payers: { byId: new Map(), ever: 0 },
  });
  const id = idAt(1, command.account_id);
  const leg = { account: command.account_id, id, seq: 1, undone: false, undoneAt: 0 };
  data.transactions.push({
    opening: true,
    legs: [{ ...leg, effects: addUp([[0, opening]]) }],
    day: command.effective_on,
    batch: null,
  });
  data.told.set(id, { description: '', notes: '', tags: [] });
  return 0;
}

export function change(
  data: NaiveData,
  id: string,
  account: NaiveAccount,
  command: Of<'ChangeAccount'>,
): number {
  const can = command.can_go_negative ?? account.canGoNegative;
  let limit = command.credit_limit_minor;
  if (limit === undefined) limit = can ? account.creditLimit : null;
  const name = command.name === undefined ? account.name : command.name.trim();
  refuseIf(wrongName(name), 'invalid_request');
  refuseIf(limit !== null && (!can || wrongAmount(limit)), 'invalid_request');
  refuseIf(command.name !== undefined && accountNameTaken(data, name, id), 'name_taken');
  refuseIf(!can && account.envelopes.some((_, of) => balanceOf(data, id, of) < 0n), 'envelope_overdrawn');
  refuseIf(limit !== null && balance(data, id) < -BigInt(limit), 'credit_limit_exceeded');
  const same = name === account.name && can === account.canGoNegative && limit === account.creditLimit;
  [account.name, account.canGoNegative, account.creditLimit] = [name, can, limit];
  return same ? asIs : taken;
}

export function close(data: NaiveData, id: string, account: NaiveAccount): number {
  if (account.closed) return asIs;
  refuseIf(
    account.envelopes.some((_, of) => balanceOf(data, id, of) !== 0n),
    'account_not_empty',
  );
  account.closed = true;
  return taken;
}

export function reopen(data: NaiveData, id: string, account: NaiveAccount): number {
  if (!account.closed) return asIs;
  refuseIf(accountNameTaken(data, account.name, id), 'name_taken');
  account.closed = false;
  return taken;
}

/** Whether another envelope in use has the name. */
export const nameTaken = ({ envelopes }: NaiveAccount, name: string, except?: number): boolean =>
  envelopes.some(
    (envelope, id) => id !== except && !envelope.archived && keyOf(envelope.name) === keyOf(name),
  );

const live = ({ envelopes }: NaiveAccount): number => envelopes.filter(({ archived }) => !archived).length;

export function addEnvelopes(account: NaiveAccount, { names }: Of<'AddEnvelopes'>): number {
  refuseIf(names.length === 0 || names.some(wrongName), 'invalid_request');
  refuseIf(live(account) + names.length > 500, 'limit_reached');
  refuseIf(new Set(names.map(keyOf)).size < names.length, 'name_taken');
  refuseIf(
    names.some((name) => nameTaken(account, name)),
    'name_taken',
  );
  account.envelopes.push(...names.map((name) => ({ name: name.trim(), archived: false })));
  return names.length;
}

function envelopeWith({ envelopes }: NaiveAccount, id: number) {
  const envelope = envelopes[id];
  if (!envelope) throw new Refused('not_found');
  return envelope;
}

export function rename(account: NaiveAccount, { envelope_id, name }: Of<'RenameEnvelope'>): number {
  const envelope = envelopeWith(account, envelope_id);
  refuseIf(wrongName(name), 'invalid_request');
  refuseIf(!envelope.archived && nameTaken(account, name, envelope_id), 'name_taken');
  if (envelope.name === name.trim()) return asIs;
  envelope.name = name.trim();
  return taken;
}

export function archive(data: NaiveData, id: string, account: NaiveAccount, envelope_id: number): number {
  const envelope = envelopeWith(account, envelope_id);
  if (envelope.archived) return asIs;
  refuseIf(envelope_id === 0, 'available_cannot_be_archived');
  refuseIf(balanceOf(data, id, envelope_id) !== 0n, 'envelope_not_empty');
  refuseIf(payInto(account, envelope_id), 'envelope_in_split');
  envelope.archived = true;
  return taken;
}

export function restore(account: NaiveAccount, envelope_id: number): number {
  const envelope = envelopeWith(account, envelope_id);
  if (!envelope.archived) return asIs;
  refuseIf(nameTaken(account, envelope.name), 'name_taken');
  refuseIf(live(account) >= 500, 'limit_reached');
  envelope.archived = false;
  return taken;
}
