import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';

import { ACCOUNTS, type AccountRecord } from '../../event-store/account-record.js';
import { nameKey } from '../../kernel/text.js';
import type { Account } from '../domain/account.js';

/** An account's state as it is stored: the fold of its events, its name's key, and what the event store adds. */
export type AccountDocument = AccountState & AccountRecord;

/** What the event store stores beside its own fields. */
export type AccountState = StoredFold & {
  /** What names are compared by; unique among the household's open accounts. */
  readonly name_key: string;
  /** The version that `run` is of: a service that knows of no runs leaves it behind. */
  readonly run_version?: number;
};

/**
 * An account's turnover is missing where nothing was written since before it was kept; a rebuild counts all of it. So is
 * its run, where the next one begins a new run.
 */
type StoredFold = Omit<Account, 'id' | 'turnover_minor' | 'run'> &
  Partial<Pick<Account, 'turnover_minor' | 'run'>>;

/** The account in a stored document. */
export function accountOf(document: AccountDocument): Account {
  const { _id: id, run, run_version, version } = document;
  return { id, ...foldOf(document), run: run_version === version ? (run ?? null) : null };
}

/** What is to be stored of an account. */
export function stateOf(account: Account): AccountState {
  const { name, run, version } = account;
  return { name_key: nameKey(name), ...foldOf(account), run, run_version: version };
}

/** What both have, field by field: every command takes it several times, and to leave out a few fields costs more. */
function foldOf(of: StoredFold): Omit<Account, 'id' | 'run'> {
  return {
    household_id: of.household_id,
    name: of.name,
    account_type: of.account_type,
    currency: of.currency,
    can_go_negative: of.can_go_negative,
    credit_limit_minor: of.credit_limit_minor,
    state: of.state,
    opened_on: of.opened_on,
    version: of.version,
    last_root_seq: of.last_root_seq,
    balance_minor: of.balance_minor,
    turnover_minor: of.turnover_minor ?? 0,
    envelopes: of.envelopes,
    payers: of.payers,
    next_envelope_id: of.next_envelope_id,
    next_payer_id: of.next_payer_id,
  };
}

@Schema({ _id: false, id: false })
class EnvelopeSubdocument {
  @Prop({ type: Number, required: true })
  id!: number;

  @Prop({ type: String, required: true })
  name!: string;

  @Prop({ type: Number, required: true })
  balance_minor!: number;

  @Prop({ type: Boolean, required: true })
  archived!: boolean;
}

@Schema({ _id: false, id: false })
class SplitSubdocument {
  @Prop({ type: Number, required: true })
  envelope_id!: number;

  @Prop({ type: Number, required: true })
  amount_minor!: number;
}

@Schema({ _id: false, id: false })
class RunSubdocument {
  @Prop({ type: String, required: true })
  effective_on!: string;

  @Prop({ type: Number, required: true })
  first_seq!: number;
}

@Schema({ _id: false, id: false })
class PayerSubdocument {
  @Prop({ type: Number, required: true })
  id!: number;

  @Prop({ type: String, required: true })
  name!: string;

  @Prop({ type: Number, required: true })
  amount_minor!: number;

  @Prop({ type: [SchemaFactory.createForClass(SplitSubdocument)], required: true })
  split!: SplitSubdocument[];
}

/** The shape and the indexes of the accounts' collection. */
@Schema({ collection: ACCOUNTS, versionKey: false, id: false })
export class AccountModel {
  @Prop({ type: String, required: true })
  _id!: string;

  @Prop({ type: String, required: true })
  household_id!: string;

  @Prop({ type: String, required: true })
  name!: string;

  @Prop({ type: String, required: true })
  name_key!: string;

  @Prop({ type: String, required: true })
  account_type!: string;

  @Prop({ type: String, required: true })
  currency!: string;

  @Prop({ type: Boolean, required: true })
  can_go_negative!: boolean;

  @Prop({ type: Number, default: null })
  credit_limit_minor!: number | null;

  @Prop({ type: String, required: true })
  state!: string;

  @Prop({ type: String, required: true })
  opened_on!: string;

  @Prop({ type: Number, required: true })
  version!: number;

  @Prop({ type: Number, required: true })
  last_root_seq!: number;

  @Prop({ type: SchemaFactory.createForClass(RunSubdocument) })
  run?: RunSubdocument;

  @Prop({ type: Number })
  run_version?: number;

  @Prop({ type: Number, required: true })
  balance_minor!: number;

  @Prop({ type: Number })
  turnover_minor?: number;

  @Prop({ type: [SchemaFactory.createForClass(EnvelopeSubdocument)], required: true })
  envelopes!: EnvelopeSubdocument[];

  @Prop({ type: [SchemaFactory.createForClass(PayerSubdocument)], required: true })
  payers!: PayerSubdocument[];

  @Prop({ type: Number, required: true })
  next_envelope_id!: number;

  @Prop({ type: Number, required: true })
  next_payer_id!: number;

  @Prop({ type: String, required: true })
  head_hash!: string;

  @Prop({ type: Number, required: true })
  register_rows!: number;

  @Prop({ type: Number, required: true })
  generation!: number;
}

export const AccountSchema = SchemaFactory.createForClass(AccountModel);
AccountSchema.index(
  { household_id: 1, name_key: 1 },
  { unique: true, partialFilterExpression: { state: 'open' } },
);
// For the list of accounts: the index above has the open ones alone.
AccountSchema.index({ household_id: 1, name_key: 1, _id: 1 });
AccountSchema.index({ household_id: 1, opened_on: 1, _id: 1 });
