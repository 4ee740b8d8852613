import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import { ROLES, type Role } from './request-context.js';

/** That a user belongs to a household, and what that user may do there. */
@Schema({ collection: 'memberships', versionKey: false, id: false })
export class Membership {
  /** `hh_…:usr_…` */
  @Prop({ type: String, required: true })
  _id!: string;

  @Prop({ type: String, required: true })
  household_id!: string;

  @Prop({ type: String, required: true, index: true })
  user_id!: string;

  @Prop({ type: String, required: true, enum: ROLES })
  role!: Role;

  @Prop({ type: Date, required: true })
  created_at!: Date;
}

export const MembershipSchema = SchemaFactory.createForClass(Membership);
MembershipSchema.index({ household_id: 1, user_id: 1 }, { unique: true });
