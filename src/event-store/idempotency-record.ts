import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';

/** The collection that holds the answers to writes that came with an idempotency key. */
export const IDEMPOTENCY = 'idempotency';

/** How long a key is known at least, in seconds: 24 h. */
const KEY_LIFETIME_S = 86_400;

/** An answer as it was first given, to be given again. Holds no secrets. */
export interface StoredAnswer {
  /** 200 to 299. */
  readonly status: number;
  /** The body's text, '' for none. */
  readonly body: string;
  /** The headers that matter to a client, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What is known of a key that was used. */
export interface IdempotencyRecord {
  /** {@link idempotencyId} of whose key it is. */
  readonly _id: string;
  household_id: string;
  /** Made of all that must be the same when the key is used again. */
  readonly fingerprint: string;
  readonly answer: StoredAnswer;
  readonly created_at: Date;
}

/** The id of the record of a user's key in a household. Ids of households and users hold no `/`. */
export function idempotencyId(household_id: string, user_id: string, key: string): string {
  return `${household_id}/${user_id}/${key}`;
}

/** The shape of the records' collection; they end by themselves. */
@Schema({ collection: IDEMPOTENCY, versionKey: false, id: false, minimize: false })
export class IdempotencyModel {
  @Prop({ type: String, required: true })
  _id!: string;

  @Prop({ type: String, required: true })
  household_id!: string;

  @Prop({ type: String, required: true })
  fingerprint!: string;

  @Prop({ type: Object, required: true })
  answer!: StoredAnswer;

  @Prop({ type: Date, required: true })
  created_at!: Date;
}

export const IdempotencySchema = SchemaFactory.createForClass(IdempotencyModel);
IdempotencySchema.index({ created_at: 1 }, { expireAfterSeconds: KEY_LIFETIME_S });
