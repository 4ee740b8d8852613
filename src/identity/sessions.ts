import { createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import type { ClientSession, Collection } from 'mongodb';
import type { Connection } from 'mongoose';
import { driverDb } from '../database/tenant-scope.js';
import { Problem } from '../kernel/problem.js';
import { IDENTITY_OPTIONS, type IdentityOptions } from './options.js';
import type { Session } from './session.schema.js';
import type { User } from './user.schema.js';

const DAY_MS = 86_400_000;
const ID_BYTES = 16;
const SECRET_BYTES = 32;

/** The session's id and the secret, both base64url. */
const TOKEN = /^rt_([\w-]{22})\.([\w-]{43})$/;

/** A session, and the one refresh token that is good for it now. */
export interface OpenSession {
  readonly session_id: string;
  readonly refresh_token: string;
}

/**
 * Log-ins that go on by refresh tokens. A session is one document that knows its newest token only, so that renewing it
 * is one atomic write: of two requests with the same token one gets the next token, and the other one, which then holds
 * an old token, ends the session. A client sends one refresh at a time.
 */
@Injectable()
export class Sessions {
  private readonly lifetime_ms: number;

  constructor(
    @InjectConnection() private readonly connection: Connection,
    @Inject(IDENTITY_OPTIONS) options: IdentityOptions,
  ) {
    this.lifetime_ms = options.refresh_expires_days * DAY_MS;
  }

  /** Begins a session of a user who has just proved the password. */
  async begin({ _id: user_id, password_version }: User): Promise<OpenSession> {
    const session_id = randomText(ID_BYTES);
    const secret = randomText(SECRET_BYTES);
    const now = new Date();
    await this.collection.insertOne({
      _id: session_id,
      user_id,
      secret_hash: hashOf(secret),
      password_version,
      created_at: now,
      expires_at: this.expiryFrom(now),
    });
    return { session_id, refresh_token: tokenOf(session_id, secret) };
  }

  /**
   * Exchanges a session's newest token for the next one. Any other token of the session ends it: somebody has a copy.
   * @throws Problem `invalid_grant` for whatever is not the newest token of a session that goes on.
   */
  async renew(refresh_token: string): Promise<OpenSession & { readonly session: Session }> {
    const [session_id, secret] = partsOf(refresh_token);
    const next = randomText(SECRET_BYTES);
    const now = new Date();
    const session = await this.collection.findOneAndUpdate(
      { _id: session_id, secret_hash: hashOf(secret), expires_at: { $gt: now } },
      { $set: { secret_hash: hashOf(next), expires_at: this.expiryFrom(now) } },
    );
    if (!session) {
      await this.end(session_id);
      throw refused();
    }
    return { session_id, refresh_token: tokenOf(session_id, next), session };
  }

  /** Ends the session that a token belongs to, if it belongs to one. */
  async revoke(refresh_token: string): Promise<void> {
    const session_id = TOKEN.exec(refresh_token)?.[1];
    if (session_id !== undefined) await this.end(session_id);
  }

  /** Ends a session. */
  async end(session_id: string): Promise<void> {
    await this.collection.deleteOne({ _id: session_id });
  }

  /** Ends every session of a user but one, which goes on with the new password. Null spares none. */
  async endOthers(
    transaction: ClientSession,
    { _id: user_id, password_version }: Pick<User, '_id' | 'password_version'>,
    spared: string | null,
  ): Promise<void> {
    const others = spared === null ? { user_id } : { user_id, _id: { $ne: spared } };
    await this.collection.deleteMany(others, { session: transaction });
    if (spared === null) return;
    await this.collection.updateOne(
      { _id: spared, user_id },
      { $set: { password_version } },
      { session: transaction },
    );
  }

  private expiryFrom(now: Date): Date {
    return new Date(now.getTime() + this.lifetime_ms);
  }

  private get collection(): Collection<Session> {
    return driverDb(this.connection).collection<Session>('sessions');
  }
}

/** What a refresh token that is good for nothing is answered with, whatever is wrong with it. */
export function refused(): Problem {
  return new Problem('invalid_grant', {
    detail: 'The refresh token is not good, or not any more',
    extra: { error: 'invalid_grant' },
  });
}

const randomText = (bytes: number): string => randomBytes(bytes).toString('base64url');
const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url');
const tokenOf = (session_id: string, secret: string): string => `rt_${session_id}.${secret}`;

function partsOf(refresh_token: string): [session_id: string, secret: string] {
  const [, session_id, secret] = TOKEN.exec(refresh_token) ?? [];
  if (session_id === undefined || secret === undefined) throw refused();
  return [session_id, secret];
}
