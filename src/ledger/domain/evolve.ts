import { addMinor } from '../../kernel/money.js';
import { AVAILABLE_ID, changeOf, findEnvelope, turnoverOf, type Account, type Envelope } from './account.js';
import { runWith } from './day-run.js';
import type {
  AccountChanged,
  AccountOpened,
  EnvelopeAdded,
  EnvelopeArchived,
  EnvelopeRenamed,
  EnvelopeRestored,
  LedgerEvent,
  PayerAdded,
  PayerChanged,
  PayerRemoved,
  MoneyEvent,
} from './events.js';

/**
 * The account after one event. Never changes the state given; costs at most one pass over the envelopes or payers.
 * @throws Error for a log that cannot be: an event before the opening, a second opening, a sum beyond the limit.
 */
export function evolve(state: Account | null, event: LedgerEvent): Account {
  if (event.type === 'AccountOpened') {
    if (state) throw new Error(`Account ${state.id} is opened twice`);
    return opened(event);
  }
  if (!state) throw new Error(`${event.type} comes before the opening`);
  const next = { ...state, version: state.version + 1 };
  switch (event.type) {
    case 'AccountChanged':
      return { ...next, ...changesOf(event) };
    case 'EnvelopeAdded':
    case 'EnvelopeRenamed':
    case 'EnvelopeArchived':
    case 'EnvelopeRestored':
      return { ...next, ...withEnvelopes(state, event) };
    case 'PayerAdded':
    case 'PayerChanged':
    case 'PayerRemoved':
      return { ...next, ...withPayers(state, event) };
    case 'AccountClosed':
      return { ...next, state: 'closed' };
    case 'AccountReopened':
      return { ...next, state: 'open' };
    case 'TransactionAnnotated':
      return next;
    case 'TransactionReversed':
      return { ...next, ...posted(state, event) };
    case 'MoneyDeposited':
    case 'MoneyDebited':
    case 'CashWithdrawn':
    case 'MoneyMoved':
    case 'PayReceived':
    case 'BalanceAdjusted':
    case 'TransferSent':
    case 'TransferReceived':
      return { ...next, ...posted(state, event), last_root_seq: next.version };
  }
}

function opened(event: AccountOpened): Account {
  const balance = changeOf(event.postings);
  return {
    id: event.account_id,
    household_id: event.household_id,
    name: event.name,
    account_type: event.account_type,
    currency: event.currency,
    can_go_negative: event.can_go_negative,
    credit_limit_minor: event.credit_limit_minor,
    state: 'open',
    opened_on: event.effective_on,
    version: 1,
    last_root_seq: 1,
    run: runWith(null, 1, event.effective_on),
    balance_minor: balance,
    turnover_minor: turnoverOf(event.postings),
    envelopes: [{ ...newEnvelope(AVAILABLE_ID, 'Available'), balance_minor: balance }],
    payers: [],
    next_envelope_id: AVAILABLE_ID + 1,
    next_payer_id: 1,
  };
}

const newEnvelope = (id: number, name: string): Envelope => ({ id, name, balance_minor: 0, archived: false });

function changesOf({ name, can_go_negative, credit_limit_minor }: AccountChanged): Partial<Account> {
  return {
    ...(name !== undefined && { name }),
    ...(can_go_negative !== undefined && { can_go_negative }),
    ...(credit_limit_minor !== undefined && { credit_limit_minor }),
  };
}

type EnvelopeEvent = EnvelopeAdded | EnvelopeRenamed | EnvelopeArchived | EnvelopeRestored;

function withEnvelopes(state: Account, event: EnvelopeEvent): Partial<Account> {
  const { envelope_id: id } = event;
  switch (event.type) {
    case 'EnvelopeAdded':
      return { envelopes: [...state.envelopes, newEnvelope(id, event.name)], next_envelope_id: id + 1 };
    case 'EnvelopeRenamed':
      return { envelopes: withEnvelope(state, id, { name: event.name }) };
    case 'EnvelopeArchived':
      return { envelopes: withEnvelope(state, id, { archived: true }) };
    case 'EnvelopeRestored':
      return { envelopes: withEnvelope(state, id, { archived: false, name: event.name }) };
  }
}

function withPayers({ payers }: Account, event: PayerAdded | PayerChanged | PayerRemoved): Partial<Account> {
  const { payer_id: id } = event;
  if (event.type === 'PayerRemoved') return { payers: payers.filter((payer) => payer.id !== id) };
  const { name, amount_minor, split } = event;
  const told = { id, name, amount_minor, split };
  return event.type === 'PayerAdded'
    ? { payers: [...payers, told], next_payer_id: id + 1 }
    : { payers: payers.map((payer) => (payer.id === id ? told : payer)) };
}

function withEnvelope(state: Account, id: number, change: Partial<Envelope>): Envelope[] {
  const before = findEnvelope(state, id);
  if (!before) throw new Error(`Account ${state.id} has no envelope ${id}`);
  return state.envelopes.with(id, { ...before, ...change });
}

function posted(state: Account, { postings, effective_on }: MoneyEvent): Partial<Account> {
  const envelopes = [...state.envelopes];
  for (const { envelope_id, amount_minor } of postings) {
    const before = envelopes[envelope_id];
    if (!before) throw new Error(`Account ${state.id} has no envelope ${envelope_id}`);
    envelopes[envelope_id] = { ...before, balance_minor: addMinor(before.balance_minor, amount_minor) };
  }
  return {
    balance_minor: addMinor(state.balance_minor, changeOf(postings)),
    turnover_minor: state.turnover_minor + turnoverOf(postings),
    envelopes,
    run: runWith(state.run, state.version + 1, effective_on),
  };
}
