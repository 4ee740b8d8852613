import type { Document } from 'mongodb';

/** A document with an `_id` of any type. */
export interface Row extends Document {
  _id: unknown;
}
