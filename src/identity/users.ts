import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import { MongoServerError, type Collection, type Db } from 'mongodb';
import type { Connection } from 'mongoose';
import { driverDb, tenantScope } from '../database/tenant-scope.js';
import { newId } from '../kernel/ids.js';
import { Problem } from '../kernel/problem.js';
import { nameKey } from '../kernel/text.js';
import type { Household } from './household.schema.js';
import type { Membership } from './membership.schema.js';
import { Passwords } from './passwords.js';
import type { User } from './user.schema.js';

/** What somebody gives to sign up, checked. */
export interface NewUser {
  readonly username: string;
  readonly email: string;
  readonly password: string;
  readonly full_name: string | null;
}

/** What a household begins with. */
const DEFAULTS = { currency: 'USD', time_zone: 'UTC' };
const DUPLICATE_KEY = 11_000;

/** Those who can log in. */
@Injectable()
export class Users {
  constructor(
    @InjectConnection() private readonly connection: Connection,
    private readonly passwords: Passwords,
  ) {}

  /**
   * Makes a user with a personal household, all or nothing.
   * @throws Problem `username_taken`, `email_taken`
   */
  async signUp(wanted: NewUser): Promise<User> {
    const keys = { username_key: nameKey(wanted.username), email_key: nameKey(wanted.email) };
    // Asked first to save the hash; the unique indexes decide.
    await this.requireFree(keys);
    const household_id = newId('hh');
    const user: User = {
      _id: newId('usr'),
      username: wanted.username,
      email: wanted.email,
      ...keys,
      full_name: wanted.full_name,
      password_hash: await this.passwords.hash(wanted.password),
      personal_household_id: household_id,
      version: 1,
      password_version: 1,
      created_at: new Date(),
    };
    try {
      await this.insert(user);
    } catch (error) {
      throw takenProblem(error) ?? error;
    }
    return user;
  }

  /** Whether a name is taken, in any case or form. */
  async exists(username: string): Promise<boolean> {
    return (await this.byName(username)) !== null;
  }

  /** The user of a name, in any case or form, or null. */
  byName(username: string): Promise<User | null> {
    return this.collection.findOne({ username_key: nameKey(username) });
  }

  /** The user with that id, or null. */
  byId(user_id: string): Promise<User | null> {
    return this.collection.findOne({ _id: user_id });
  }

  private async requireFree(keys: Pick<User, 'username_key' | 'email_key'>): Promise<void> {
    const { username_key, email_key } = keys;
    const other = await this.collection.findOne({ $or: [{ username_key }, { email_key }] });
    if (other) throw new Problem(other.username_key === username_key ? 'username_taken' : 'email_taken');
  }

  private async insert(user: User): Promise<void> {
    const { _id: user_id, personal_household_id: household_id, created_at } = user;
    const household: Household = { _id: household_id, household_id, ...DEFAULTS, created_at };
    const membership: Membership = {
      _id: `${household_id}:${user_id}`,
      household_id,
      user_id,
      role: 'owner',
      created_at,
    };
    await this.connection.getClient().withSession((session) =>
      session.withTransaction(async () => {
        await this.collection.insertOne(user, { session });
        await tenantScope<Household>(this.db, 'households', household_id).insertOne(session, household);
        await tenantScope<Membership>(this.db, 'memberships', household_id).insertOne(session, membership);
      }),
    );
  }

  private get db(): Db {
    return driverDb(this.connection);
  }

  private get collection(): Collection<User> {
    return this.db.collection<User>('users');
  }
}

/** The problem that a broken unique index of users means, undefined for any other error. */
export function takenProblem(error: unknown): Problem | undefined {
  if (!(error instanceof MongoServerError) || error.code !== DUPLICATE_KEY) return undefined;
  const keys: unknown = error.keyPattern;
  if (typeof keys !== 'object' || keys === null) return undefined;
  if ('username_key' in keys) return new Problem('username_taken');
  return 'email_key' in keys ? new Problem('email_taken') : undefined;
}
