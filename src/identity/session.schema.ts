import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';

/**
 * A log-in that goes on by refresh tokens, one family of them: only the newest one is good. Its user's own, so it has
 * no `household_id`. MongoDB removes it when it has expired.
 */
@Schema({ collection: 'sessions', versionKey: false, id: false })
export class Session {
  /** Random; every refresh token of the family begins with it, and its access tokens name it as `sid`. */
  @Prop({ type: String, required: true })
  _id!: string;

  @Prop({ type: String, required: true, index: true })
  user_id!: string;

  /** SHA-256 of the newest token's secret. The secret itself is not kept. */
  @Prop({ type: String, required: true })
  secret_hash!: string;

  /** The user's when the session began; one that began with an older password is over. */
  @Prop({ type: Number, required: true })
  password_version!: number;

  @Prop({ type: Date, required: true })
  created_at!: Date;

  /** Moved on by every refresh. */
  @Prop({ type: Date, required: true })
  expires_at!: Date;
}

export const SessionSchema = SchemaFactory.createForClass(Session);
SessionSchema.index({ expires_at: 1 }, { expireAfterSeconds: 0 });
