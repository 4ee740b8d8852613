import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';

import { newId } from '../kernel/ids.js';
import { hashOf, type StoredFields } from './hash-chain.js';

/** The collection that holds the log: one immutable document an event. */
export const EVENTS = 'transactions';

/** What the store adds to each event that is recorded. */
export interface EventRecord {
  /** The event's id, `tx_…`. */
  readonly _id: string;
  readonly household_id: string;
  readonly account_id: string;
  /** Counts from 1 within the account, without gaps. */
  readonly seq: number;
  readonly recorded_at: Date;
  /** The user who asked for it. */
  readonly actor_id: string;
  /** The `hash` of the account's event before; null for its first. */
  readonly prev_hash: string | null;
  /** What {@link hashOf} makes of this document. */
  readonly hash: string;
}

/** An event as it is stored: its own fields beside the store's. */
export type StoredEvent<Event> = Event & EventRecord;

/** The shape that mongoose gives the log: the store's fields; an event's own are kept as they are. */
@Schema({ collection: EVENTS, versionKey: false, strict: false, minimize: false })
export class EventDocument {
  @Prop({ type: String, required: true })
  _id!: string;

  @Prop({ type: String, required: true })
  household_id!: string;

  @Prop({ type: String, required: true })
  account_id!: string;

  @Prop({ type: Number, required: true })
  seq!: number;

  @Prop({ type: String, required: true })
  type!: string;

  @Prop({ type: Date, required: true })
  recorded_at!: Date;

  @Prop({ type: String, required: true })
  actor_id!: string;

  @Prop({ type: Number })
  reverses_seq?: number;

  @Prop({ type: String, default: null })
  prev_hash!: string | null;

  @Prop({ type: String, required: true })
  hash!: string;
}

export const EventSchema = SchemaFactory.createForClass(EventDocument);
EventSchema.index({ household_id: 1, account_id: 1, seq: 1 }, { unique: true });
EventSchema.index(
  { household_id: 1, account_id: 1, reverses_seq: 1 },
  { unique: true, partialFilterExpression: { reverses_seq: { $exists: true } } },
);

/** Where an account's log ends. */
export interface LogHead {
  /** The sequence of its last event, 0 before the first. */
  readonly version: number;
  /** The hash of its last event, null before the first. */
  readonly head_hash: string | null;
}

/** What is known of events beside what they say: whose they are, who asked for them, when. */
export interface Recorder {
  readonly household_id: string;
  readonly account_id: string;
  readonly actor_id: string;
  readonly recorded_at: Date;
}

/**
 * Gives events their ids (unless they bring an `_id` of their own), sequences and hashes, each hash sealing the one
 * before, and returns them as they are to be stored. Fields that are undefined are left out, since they would not be
 * stored.
 */
export function sealEvents<Event extends object>(
  head: LogHead,
  recorder: Recorder,
  events: readonly Event[],
): StoredEvent<Event>[] {
  let prev_hash = head.head_hash;
  return events.map((event, index) => {
    const _id = '_id' in event && typeof event._id === 'string' ? event._id : newId('tx');
    const place = { _id, seq: head.version + 1 + index, prev_hash };
    const document = Object.assign(presentFields(event), recorder, place);
    const hash = hashOf(document as StoredFields);
    prev_hash = hash;
    return Object.assign(document, { hash });
  });
}

function presentFields<Fields extends object>(fields: Fields): Fields {
  const present: Record<string, unknown> = {};
  for (const name of Object.keys(fields) as (keyof Fields & string)[]) {
    if (fields[name] !== undefined) present[name] = fields[name];
  }
  return present as Fields;
}
