import { Injectable } from '@nestjs/common';

import { EventLog } from '../../event-store/event-log.js';
import { BREAK_REASONS } from '../../event-store/verify-chain.js';
import { isMoneyEvent } from '../domain/events.js';
import { Accounts } from './accounts.js';
import { domainEvent, isKnown } from './domain-event.js';
import { Register, type RegisterOf } from './register.js';

/**
 * What can be wrong with an account's log, what can keep a sound one from being understood, or what can be wrong with
 * the number of its register's rows.
 */
export const FAULTS = [...BREAK_REASONS, 'unknown_version', 'register_rows'] as const;
export type Fault = (typeof FAULTS)[number];

/** What a check of an account's log came to. */
export interface Verified {
  /** True only where everything was looked at, and all of it is as it was recorded. */
  readonly ok: boolean;
  /** How many events were found as they were recorded. */
  readonly events: number;
  readonly first_break?: { readonly seq: number; readonly reason: Fault };
}

/** Checks the logs of accounts. */
@Injectable()
export class Verification {
  constructor(
    private readonly accounts: Accounts,
    private readonly log: EventLog,
    private readonly register: Register,
  ) {}

  /**
   * Recomputes the chain of an account's log, holds its end against the account, and the number of its transactions
   * against the register. Where the chain is sound, an event in a shape that this service does not know is what it names:
   * what is a transaction of the account cannot be told then.
   * @throws Problem `not_found` without such an account in the household.
   */
  async verify(household_id: string, account_id: string): Promise<Verified> {
    const account = await this.accounts.require(household_id, account_id);
    let rows = 0;
    let unknown: number | undefined;
    const { events, first_break } = await this.log.verify(account, (event) => {
      if (!isKnown(event)) unknown ??= event.seq;
      else if (isMoneyEvent(domainEvent(event))) rows += 1;
    });
    if (first_break) return { ok: false, events, first_break };
    if (unknown !== undefined) {
      return { ok: false, events, first_break: { seq: unknown, reason: 'unknown_version' } };
    }
    const { version: seq } = account;
    if (rows !== account.register_rows || rows !== (await this.rowsUpTo(account, seq))) {
      return { ok: false, events, first_break: { seq, reason: 'register_rows' } };
    }
    return { ok: true, events };
  }

  /** Counted again when a rebuild has put another generation in force meanwhile. */
  private async rowsUpTo(account: RegisterOf, seq: number): Promise<number> {
    const rows = await this.register.countUpTo(account, seq);
    const now = await this.accounts.require(account.household_id, account._id);
    return now.generation === account.generation ? rows : this.rowsUpTo(now, seq);
  }
}
