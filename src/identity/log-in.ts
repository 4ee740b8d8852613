import { Inject, Injectable } from '@nestjs/common';
import { Problem } from '../kernel/problem.js';
import { nameKey } from '../kernel/text.js';
import { Attempts, senderKey } from './attempts.js';
import { IDENTITY_OPTIONS, type IdentityOptions } from './options.js';
import { Passwords } from './passwords.js';
import type { User } from './user.schema.js';
import { Users } from './users.js';

const WINDOW_SECONDS = 15 * 60;

/** Checks names with passwords, and stops those who guess. */
@Injectable()
export class LogIn {
  private readonly perName: Attempts;
  private readonly perAddress: Attempts;
  private readonly last = new Map<string, Promise<unknown>>();

  constructor(
    private readonly users: Users,
    private readonly passwords: Passwords,
    @Inject(IDENTITY_OPTIONS) { limits }: IdentityOptions,
  ) {
    this.perName = new Attempts(limits.login_failures_per_name, WINDOW_SECONDS);
    this.perAddress = new Attempts(limits.login_failures_per_address, WINDOW_SECONDS);
  }

  /**
   * The user that has this name and password. An unknown name takes as long as a wrong password.
   * @throws Problem `invalid_grant`; `too_many_requests` after too many failures, whatever the password is
   */
  check(username: string, password: string, address: string): Promise<User> {
    const sender = senderKey(address);
    const key = `${sender} ${nameKey(username)}`;
    // One attempt after the other, so that many at once are counted right.
    return this.inTurn(key, async () => {
      await this.perName.require(key);
      await this.perAddress.require(sender);
      const user = await this.users.byName(username);
      if (!(await this.passwords.matches(password, user?.password_hash)) || !user) {
        await this.perName.count(key);
        await this.perAddress.count(sender);
        throw new Problem('invalid_grant', { extra: { error: 'invalid_grant' } });
      }
      await this.perName.forget(key);
      return user;
    });
  }

  private async inTurn<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.last.get(key) ?? Promise.resolve();
    const turn = before.then(work, work);
    this.last.set(key, turn);
    try {
      return await turn;
    } finally {
      if (this.last.get(key) === turn) this.last.delete(key);
    }
  }
}
