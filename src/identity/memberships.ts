import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import type { Connection } from 'mongoose';
import { driverDb, tenantScope } from '../database/tenant-scope.js';
import { isIdOf } from '../kernel/ids.js';
import { Problem } from '../kernel/problem.js';
import type { Household } from './household.schema.js';
import type { Membership } from './membership.schema.js';
import type { Requester } from './request-context.js';
import type { User } from './user.schema.js';

/** What a user is in a household, without what differs from request to request. */
export type Member = Omit<Requester, 'session_id' | 'request_id'>;

/** How long a membership is believed without another look, in milliseconds. */
const BELIEVED_MS = 5_000;
const MAX_KEPT = 10_000;

/** Who belongs to which household. */
@Injectable()
export class Memberships {
  private readonly kept = new Map<string, { readonly until: number; readonly member: Promise<Member> }>();

  constructor(@InjectConnection() private readonly connection: Connection) {}

  /**
   * What a user is in a household.
   * @throws Problem `not_found` when there is no such household, or the user is no member: in the same words, after
   *   the same look-up. `unauthorized` when the user doesn't exist any more.
   */
  member(user_id: string, household_id: string): Promise<Member> {
    if (!isIdOf('hh', household_id)) return Promise.reject(new Problem('not_found'));
    const key = `${household_id}:${user_id}`;
    const now = Date.now();
    const known = this.kept.get(key);
    if (known && known.until > now) return known.member;
    const member = this.lookUp(user_id, household_id);
    this.keep(key, now + BELIEVED_MS, member);
    return member;
  }

  /** Makes the next request look again what a household's members are; called after every change of it. */
  forget(household_id: string): void {
    for (const key of this.kept.keys()) {
      if (key.startsWith(`${household_id}:`)) this.kept.delete(key);
    }
  }

  private keep(key: string, until: number, member: Promise<Member>): void {
    this.kept.delete(key);
    const [oldest] = this.kept.keys();
    if (this.kept.size >= MAX_KEPT && oldest !== undefined) this.kept.delete(oldest);
    const entry = { until, member };
    this.kept.set(key, entry);
    // A refusal or a failure is not kept; whoever asked gets it.
    member.catch(() => {
      if (this.kept.get(key) === entry) this.kept.delete(key);
    });
  }

  private async lookUp(user_id: string, household_id: string): Promise<Member> {
    const db = driverDb(this.connection);
    const [user, membership, household] = await Promise.all([
      db.collection<User>('users').findOne({ _id: user_id }, { projection: { username: 1 } }),
      tenantScope<Membership>(db, 'memberships', household_id).findOne(null, { user_id }),
      tenantScope<Household>(db, 'households', household_id).findOne(null, {}),
    ]);
    if (!user) throw new Problem('unauthorized');
    if (!membership || !household) throw new Problem('not_found');
    const { currency, time_zone } = household;
    return { user_id, username: user.username, household_id, role: membership.role, currency, time_zone };
  }
}
