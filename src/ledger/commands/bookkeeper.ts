import { Injectable } from '@nestjs/common';

import type { Recording } from '../../event-store/append-events.js';
import { AccountKeyTaken } from '../../event-store/conflicts.js';
import { EventStore, type ReadSession } from '../../event-store/event-store.js';
import { requireVersion } from '../../http/conditional.js';
import type { RequestContext } from '../../identity/request-context.js';
import { Problem } from '../../kernel/problem.js';
import type { Account } from '../domain/account.js';
import type { LedgerCommand, OpenAccount } from '../domain/commands.js';
import { ledgerDecider } from '../domain/decide.js';
import type { LedgerEvent } from '../domain/events.js';
import { NO_FACTS, type Facts } from '../domain/facts.js';
import {
  accountOf,
  stateOf,
  type AccountDocument,
  type AccountState,
} from '../projections/account-document.js';
import { Accounts } from '../projections/accounts.js';
import type { RegisterRow } from '../projections/register-row.js';
import { insertedRows, rowWrites } from '../projections/register-rows.js';
import { factOf, Register } from '../projections/register.js';
import { problemOf } from './refusal-problem.js';
import { Terms } from './terms.js';

/** What a command did to an account. */
export interface Recorded {
  /** The account before, null when the command opened it. */
  readonly before: Account | null;
  readonly account: Account;
  /** The rows that the register got, in the order of their events. */
  readonly rows: readonly RegisterRow[];
}

/** Who asks for something to be done to which account, and when. */
interface Asked {
  readonly context: RequestContext;
  readonly account_id: string;
  readonly now: Date;
}

type Entry = Recorded & Recording<LedgerEvent, AccountState>;

/** Decides on commands and has what follows from them recorded. */
@Injectable()
export class Bookkeeper {
  constructor(
    private readonly store: EventStore,
    private readonly accounts: Accounts,
    private readonly register: Register,
  ) {}

  /**
   * Opens the account `account_id`, which must be a new id, in a currency.
   * @throws Problem for a refusal of the domain, and as EventStore does.
   */
  open(
    context: RequestContext,
    account_id: string,
    currency: string,
    ask: (terms: Terms) => OpenAccount,
  ): Promise<Recorded> {
    const asked = { context, account_id, now: new Date() };
    return this.enter(asked, (document, session) => {
      if (document) throw new Error(`The new id ${account_id} is in use`);
      return this.decide(asked, null, session, currency, ask);
    });
  }

  /**
   * Decides on a command for an account of the caller's household, and records what follows from it. `ask` makes the
   * command from what the client wrote; it is called once the account is known, and again when others were faster.
   * @throws Problem `not_found` without such an account, `invalid_request` for amounts that do not fit its currency, a
   *   refusal of the domain, and as EventStore does.
   */
  record(
    context: RequestContext,
    account_id: string,
    ask: (terms: Terms) => LedgerCommand,
  ): Promise<Recorded> {
    const asked = { context, account_id, now: new Date() };
    return this.enter(asked, (document, session) => {
      if (!document) throw new Problem('not_found');
      return this.decide(asked, document, session, document.currency, ask);
    });
  }

  private async enter(
    { context, account_id, now }: Asked,
    decide: (document: AccountDocument | null, session: ReadSession) => Promise<Entry>,
  ): Promise<Recorded> {
    const { household_id, user_id: actor_id } = context;
    try {
      const recorder = { household_id, account_id, actor_id, recorded_at: now };
      const { decision } = await this.store.append<LedgerEvent, AccountState, Entry>(recorder, decide);
      return decision;
    } catch (error) {
      if (error instanceof AccountKeyTaken) throw new Problem('name_taken', { cause: error });
      throw error;
    }
  }

  private async decide(
    asked: Asked,
    document: AccountDocument | null,
    session: ReadSession,
    currency: string,
    ask: (terms: Terms) => LedgerCommand,
  ): Promise<Entry> {
    const terms = new Terms(currency, asked.now, asked.context.time_zone);
    const command = ask(terms);
    terms.check();
    if (document) requireVersion(asked.context.if_match, document.version);
    const before = document && accountOf(document);
    const facts = await this.factsFor(asked, document, command, session);
    const decision = ledgerDecider.decide(before, facts, command);
    if (!decision.ok) throw problemOf(decision.refusal, currency);
    return this.entry(asked, before, decision.events);
  }

  private entry(asked: Asked, before: Account | null, events: readonly LedgerEvent[]): Entry {
    const account = events.reduce<Account | null>(ledgerDecider.evolve, before);
    if (!account) throw new Error('A command without events opened no account');
    const { context, account_id } = asked;
    const actor = { id: context.user_id, username: context.username };
    const rows: RegisterRow[] = [];
    return {
      ...{ before, account, rows, events },
      state: stateOf(account),
      project: (stored, generation) => {
        const changes = rowWrites(stored, generation, actor);
        rows.push(...insertedRows(changes));
        return this.register.projection(context.household_id, account_id, changes);
      },
    };
  }

  private async factsFor(
    { context, account_id }: Asked,
    document: AccountDocument | null,
    command: LedgerCommand,
    session: ReadSession,
  ): Promise<Facts> {
    if (command.type === 'UndoLast' || command.type === 'UndoTransaction') {
      const row =
        document &&
        (command.type === 'UndoLast'
          ? await this.register.lastStanding(session, document)
          : await this.register.row(session, document, command.transaction_id));
      return { ...NO_FACTS, subject: row && factOf(row) };
    }
    if (command.type !== 'OpenAccount' && command.type !== 'ChangeAccount') return NO_FACTS;
    if (command.name === undefined) return NO_FACTS;
    const { household_id } = context;
    const taken = await this.accounts.isNameTaken(session, household_id, command.name, account_id);
    return { ...NO_FACTS, account_name_taken: taken };
  }
}
