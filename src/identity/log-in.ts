import { Inject, Injectable } from '@nestjs/common';
import { Problem } from '../kernel/problem.js';
import { nameKey } from '../kernel/text.js';
import { Attempts, senderKey } from './attempts.js';
import { IDENTITY_OPTIONS, type IdentityOptions } from './options.js';
import { Passwords } from './passwords.js';
import type { User } from './user.schema.js';
import { Users } from './users.js';

const WINDOW_SECONDS = 15 * 60;

/** How many attempts may wait for earlier ones of the same name and address. */
const MAX_WAITING = 1_000;

/** Checks names with passwords, and stops those who guess. */
@Injectable()
export class LogIn {
  private readonly perName: Attempts;
  private readonly perAddress: Attempts;
  private readonly last = new Map<string, Promise<unknown>>();
  private held = 0;

  constructor(
    private readonly users: Users,
    private readonly passwords: Passwords,
    @Inject(IDENTITY_OPTIONS) { limits }: IdentityOptions,
  ) {
    this.perName = new Attempts(limits.login_failures_per_name, WINDOW_SECONDS);
    this.perAddress = new Attempts(limits.login_failures_per_address, WINDOW_SECONDS);
  }

  /**
   * The user that has this name and password. An unknown name takes as long as a wrong password: one look-up and one
   * hash, whoever asks.
   * @throws Problem `invalid_grant`; `too_many_requests` after too many failures, whatever the password is;
   *   `service_unavailable` when too many wait already.
   */
  async check(username: string, password: string, address: string): Promise<User> {
    const user = await this.attempt(username, address, async () => {
      const known = await this.users.byName(username);
      return (await this.passwords.matches(password, known?.password_hash)) ? known : null;
    });
    if (user) return user;
    throw new Problem('invalid_grant', {
      detail: 'User name or password is wrong',
      extra: { error: 'invalid_grant' },
    });
  }

  /**
   * Makes sure that somebody who is logged in knows the password. Failures count as those of a log-in do.
   * @throws Problem `wrong_password`; else as `check` does.
   */
  async confirm(user: User, password: string, address: string): Promise<void> {
    const same = await this.attempt(user.username, address, async () =>
      (await this.passwords.matches(password, user.password_hash)) ? user : null,
    );
    if (!same) throw new Problem('wrong_password');
  }

  /** Makes an attempt if there is one left, and counts it when it finds nobody. */
  private attempt(username: string, address: string, find: () => Promise<User | null>): Promise<User | null> {
    const sender = senderKey(address);
    const key = `${sender} ${nameKey(username)}`;
    // One attempt after the other, so that many at once are counted right.
    return this.inTurn(key, async () => {
      await this.perName.require(key);
      // Those of other names from this address are under way too: taken now, given back if it is no failure.
      await this.perAddress.take(sender);
      const user = await find().catch(async (error: unknown) => {
        await this.perAddress.giveBack(sender);
        throw error;
      });
      if (user) {
        await this.perAddress.giveBack(sender);
        await this.perName.forget(key);
      } else {
        await this.perName.count(key);
      }
      return user;
    });
  }

  private async inTurn<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    if (this.held >= MAX_WAITING) {
      throw new Problem('service_unavailable', { detail: 'Too many log-ins are waiting' });
    }
    const before = this.last.get(key) ?? Promise.resolve();
    const turn = before.then(work, work);
    this.last.set(key, turn);
    this.held += 1;
    try {
      return await turn;
    } finally {
      this.held -= 1;
      if (this.last.get(key) === turn) this.last.delete(key);
    }
  }
}
