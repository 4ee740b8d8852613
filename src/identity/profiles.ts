import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import type { ClientSession, Collection, Db } from 'mongodb';
import type { Connection } from 'mongoose';
import { driverDb, tenantScope, type MaybeSession, type TenantScope } from '../database/tenant-scope.js';
import { requireVersion, type WantedVersions } from '../http/conditional.js';
import { Problem } from '../kernel/problem.js';
import { nameKey } from '../kernel/text.js';
import type { Household } from './household.schema.js';
import { Memberships } from './memberships.js';
import { Passwords } from './passwords.js';
import { Sessions } from './sessions.js';
import type { User } from './user.schema.js';
import { takenProblem } from './users.js';

/** A user with the personal household. */
export interface Profile {
  readonly user: User;
  readonly household: Household;
}

/** What of a profile is to change; null takes the full name away. */
export interface ProfileChanges {
  readonly full_name?: string | null;
  readonly email?: string;
  /** Of the personal household, ISO 4217. */
  readonly currency?: string;
  /** Of the personal household, an IANA name. */
  readonly time_zone?: string;
}

/** Reads and changes what users say of themselves. */
@Injectable()
export class Profiles {
  constructor(
    @InjectConnection() private readonly connection: Connection,
    private readonly memberships: Memberships,
    private readonly passwords: Passwords,
    private readonly sessions: Sessions,
  ) {}

  /** @throws Problem `unauthorized` when there is no such user any more. */
  async of(user_id: string): Promise<Profile> {
    return this.read(null, user_id);
  }

  /**
   * Changes a profile; changes that change nothing make no new version of it. `record` writes what goes with it in the
   * same transaction.
   * @throws Problem `unauthorized`, `version_conflict`, `email_taken`
   */
  async change(
    user_id: string,
    changes: ProfileChanges,
    wanted: WantedVersions,
    record: (session: ClientSession, profile: Profile) => Promise<void>,
  ): Promise<Profile> {
    try {
      const profile = await this.within(async (session) => {
        const changed = await this.changeWithin(session, user_id, changes, wanted);
        await record(session, changed);
        return changed;
      });
      this.memberships.forget(profile.household._id);
      return profile;
    } catch (error) {
      throw takenProblem(error) ?? error;
    }
  }

  /**
   * Gives a user whose password has just been confirmed another one, and ends every session but the one that asks.
   * @throws Problem `wrong_password` when somebody was faster; `service_unavailable` when too many wait for a hash.
   */
  async changePassword(user: User, password: string, session_id: string | null): Promise<void> {
    const password_hash = await this.passwords.hash(password);
    const password_version = user.password_version + 1;
    await this.within(async (session) => {
      const { matchedCount } = await this.users.updateOne(
        { _id: user._id, password_version: user.password_version },
        { $set: { password_hash, password_version } },
        { session },
      );
      if (matchedCount === 0) throw new Problem('wrong_password');
      await this.sessions.endOthers(session, { _id: user._id, password_version }, session_id);
    });
  }

  private async changeWithin(
    session: ClientSession,
    user_id: string,
    { full_name, email, currency, time_zone }: ProfileChanges,
    wanted: WantedVersions,
  ): Promise<Profile> {
    const { user, household } = await this.read(session, user_id);
    requireVersion(wanted, user.version);
    const ofUser = differing(user, {
      full_name,
      email,
      email_key: email === undefined ? undefined : nameKey(email),
    });
    const ofHousehold = differing(household, { currency, time_zone });
    if (isEmpty(ofUser) && isEmpty(ofHousehold)) return { user, household };
    const changed = { ...ofUser, version: user.version + 1 };
    await this.users.updateOne({ _id: user_id }, { $set: changed }, { session });
    if (!isEmpty(ofHousehold)) {
      await this.households(household._id).updateOne(session, {}, { $set: ofHousehold });
    }
    return { user: { ...user, ...changed }, household: { ...household, ...ofHousehold } };
  }

  private async read(session: MaybeSession, user_id: string): Promise<Profile> {
    const user = await this.users.findOne({ _id: user_id }, session ? { session } : {});
    if (!user) throw new Problem('unauthorized');
    const household = await this.households(user.personal_household_id).findOne(session, {});
    if (!household) throw new Error(`The personal household of ${user_id} is missing`);
    return { user, household };
  }

  private async within<Result>(work: (session: ClientSession) => Promise<Result>): Promise<Result> {
    return this.connection.getClient().withSession((session) => session.withTransaction(() => work(session)));
  }

  private households(household_id: string): TenantScope<Household> {
    return tenantScope<Household>(this.db, 'households', household_id);
  }

  private get db(): Db {
    return driverDb(this.connection);
  }

  private get users(): Collection<User> {
    return this.db.collection<User>('users');
  }
}

/** Those of the wanted values that are given and not there already. */
function differing<T extends object>(present: T, wanted: { [K in keyof T]?: T[K] | undefined }): Partial<T> {
  const entries = Object.entries(wanted).filter(
    ([name, value]) => value !== undefined && value !== present[name as keyof T],
  );
  return Object.fromEntries(entries) as Partial<T>;
}

const isEmpty = (changes: object): boolean => Object.keys(changes).length === 0;
