import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';

import type { CalendarDate } from '../../kernel/dates.js';
import type { EnvelopeAmount } from '../domain/account.js';
import type { Counterpart, TransactionKind } from '../domain/events.js';

/** The collection that holds the register. */
export const REGISTER = 'register';

/** What a row is in its transaction's chain: the transaction itself, an undo of it, or the redo of an undo. */
export const ROW_ROLES = ['root', 'undo', 'redo'] as const;
export type RowRole = (typeof ROW_ROLES)[number];

/** Who asked for it. */
export interface Actor {
  readonly id: string;
  readonly username: string;
}

/** A posting with the balance that its envelope has after it, in the order of recording. */
export interface PostingRow extends EnvelopeAmount {
  readonly balance_minor: number;
}

/** A row of the register: one event that moves money, with the account's balance after it. Amounts in minor units. */
export interface RegisterRow {
  /** {@link rowId} of the event and the generation. */
  readonly _id: string;
  household_id: string;
  readonly account_id: string;
  /** Which generation of the read models the row belongs to. */
  readonly generation: number;
  /** The event's id, `tx_…`. */
  readonly id: string;
  readonly seq: number;
  /** A reversal has the kind of its root. */
  readonly kind: TransactionKind;
  readonly role: RowRole;
  /** The account's signed change; 0 for a move. */
  readonly amount_minor: number;
  /** What a move moved, above 0; null for what is no move. */
  readonly moved_minor: number | null;
  /** What amounts are filtered by: the moved amount, or the change without its sign. */
  readonly size_minor: number;
  readonly postings: readonly PostingRow[];
  readonly description: string;
  readonly notes: string;
  readonly tags: readonly string[];
  readonly effective_on: CalendarDate;
  readonly recorded_at: Date;
  readonly actor: Actor;
  readonly balance_minor: number;
  /**
   * A sequence from which on every row up to this one counts for the same day; null where that is not told, as it is not
   * near the start of a run.
   */
  readonly run_seq: number | null;
  /** For a root: whether its chain holds an even number of reversals. For a reversal: whether none reversed it. */
  readonly standing: boolean;
  /** The transaction that the row belongs to; a root's own id. */
  readonly root_id: string;
  /** The last event of the chain, on roots; null on reversals. */
  readonly tip_seq: number | null;
  readonly tip_id: string | null;
  readonly reverses_id: string | null;
  /** The event that reversed this very one. */
  readonly reversed_by_id: string | null;
  /** The batch that the transaction, its root's for a reversal, was recorded with. */
  readonly batch_id: string | null;
  /** The payer's name at that time, for a payday and its reversals. */
  readonly payer: string | null;
  /** The other side's transaction, for a transfer and its reversals. */
  readonly transfer: Counterpart | null;
}

/**
 * The key of an event's row in a generation of the register. Those of one generation stand together, in the order in
 * which they were recorded: a rebuild writes behind what is there, not in between.
 */
export function rowId(generation: number, eventId: string): string {
  return `${generation}/${eventId}`;
}

@Schema({ _id: false, id: false })
class PostingSubdocument {
  @Prop({ type: Number, required: true })
  envelope_id!: number;

  @Prop({ type: Number, required: true })
  amount_minor!: number;

  @Prop({ type: Number, required: true })
  balance_minor!: number;
}

@Schema({ _id: false, id: false })
class CounterpartSubdocument {
  @Prop({ type: String, required: true })
  account_id!: string;

  @Prop({ type: String, required: true })
  transaction_id!: string;
}

@Schema({ _id: false, id: false })
class ActorSubdocument {
  @Prop({ type: String, required: true })
  id!: string;

  @Prop({ type: String, required: true })
  username!: string;
}

/** The shape and the indexes of the register's collection; `StoredRow` says which fields are left out when. */
@Schema({ collection: REGISTER, versionKey: false, id: false })
export class RegisterModel {
  @Prop({ type: String, required: true })
  _id!: string;

  @Prop({ type: String, required: true })
  household_id!: string;

  @Prop({ type: String, required: true })
  account_id!: string;

  @Prop({ type: Number, required: true })
  generation!: number;

  @Prop({ type: Number, required: true })
  seq!: number;

  @Prop({ type: String, required: true })
  kind!: string;

  @Prop({ type: String, required: true, enum: ROW_ROLES })
  role!: string;

  @Prop({ type: Number, required: true })
  amount_minor!: number;

  @Prop({ type: Number, required: true })
  size_minor!: number;

  @Prop({ type: [SchemaFactory.createForClass(PostingSubdocument)], required: true })
  postings!: PostingSubdocument[];

  @Prop({ type: String })
  description?: string;

  @Prop({ type: String })
  notes?: string;

  @Prop({ type: [String], default: undefined })
  tags?: string[];

  @Prop({ type: String, required: true })
  effective_on!: string;

  @Prop({ type: Date, required: true })
  recorded_at!: Date;

  @Prop({ type: SchemaFactory.createForClass(ActorSubdocument), required: true })
  actor!: ActorSubdocument;

  @Prop({ type: Number, required: true })
  balance_minor!: number;

  @Prop({ type: Number })
  run_seq?: number;

  @Prop({ type: Boolean, required: true })
  standing!: boolean;

  @Prop({ type: String })
  root_id?: string;

  @Prop({ type: Number })
  tip_seq?: number;

  @Prop({ type: String })
  tip_id?: string;

  @Prop({ type: String })
  reverses_id?: string;

  @Prop({ type: String })
  reversed_by_id?: string;

  @Prop({ type: String })
  batch_id?: string;

  @Prop({ type: String })
  payer?: string;

  @Prop({ type: SchemaFactory.createForClass(CounterpartSubdocument) })
  transfer?: CounterpartSubdocument;
}

export const RegisterSchema = SchemaFactory.createForClass(RegisterModel);
// Sequences only grow, and keys that grow fill the embedded engine's pages; a list that runs backwards reads backwards.
RegisterSchema.index({ household_id: 1, account_id: 1, generation: 1, seq: 1 }, { unique: true });
RegisterSchema.index({ household_id: 1, account_id: 1, generation: 1, effective_on: 1, seq: 1 });
// Without the household, which the account's id implies: there is an entry for every row, and none of these is unique,
// so a sharded collection needs no more.
RegisterSchema.index({ account_id: 1, generation: 1, role: 1, standing: 1, seq: 1 });
RegisterSchema.index({ account_id: 1, generation: 1, 'postings.envelope_id': 1, seq: 1 });
RegisterSchema.index({
  account_id: 1,
  generation: 1,
  'postings.envelope_id': 1,
  effective_on: 1,
  seq: 1,
});
RegisterSchema.index(
  { household_id: 1, batch_id: 1 },
  { partialFilterExpression: { batch_id: { $gt: '' } } },
);
