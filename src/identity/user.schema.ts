import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';

/** Somebody who can log in. Belongs to no household alone, so it is the one document without `household_id`. */
@Schema({ collection: 'users', versionKey: false, id: false })
export class User {
  /** `usr_…` */
  @Prop({ type: String, required: true })
  _id!: string;

  /** As its owner wrote it. */
  @Prop({ type: String, required: true })
  username!: string;

  /** What names are compared by: NFKC, without case. */
  @Prop({ type: String, required: true, unique: true })
  username_key!: string;

  @Prop({ type: String, required: true })
  email!: string;

  @Prop({ type: String, required: true, unique: true })
  email_key!: string;

  @Prop({ type: String, default: null })
  full_name!: string | null;

  /** Argon2id, in PHC form. */
  @Prop({ type: String, required: true })
  password_hash!: string;

  /** The household made at sign-up, which requests are about unless they name another. */
  @Prop({ type: String, required: true })
  personal_household_id!: string;

  /** Counts the changes of the profile, from 1. */
  @Prop({ type: Number, required: true })
  version!: number;

  /** Counts the changes of the password, from 1. */
  @Prop({ type: Number, required: true })
  password_version!: number;

  @Prop({ type: Date, required: true })
  created_at!: Date;
}

export const UserSchema = SchemaFactory.createForClass(User);
