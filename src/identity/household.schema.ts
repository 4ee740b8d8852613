import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';

/** Those who keep accounts together, and what they have in common. */
@Schema({ collection: 'households', versionKey: false, id: false })
export class Household {
  /** `hh_…`, random. */
  @Prop({ type: String, required: true })
  _id!: string;

  /** The same as `_id`: every document of a household is found by this field. */
  @Prop({ type: String, required: true, unique: true })
  household_id!: string;

  /** What new accounts are kept in unless they say otherwise, ISO 4217. */
  @Prop({ type: String, required: true })
  currency!: string;

  /** IANA time zone; decides what day "today" is. */
  @Prop({ type: String, required: true })
  time_zone!: string;

  @Prop({ type: Date, required: true })
  created_at!: Date;
}

export const HouseholdSchema = SchemaFactory.createForClass(Household);
