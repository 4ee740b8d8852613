import { Injectable } from '@nestjs/common';

import type { IdempotencyTerms, Workspace } from '../../event-store/command.js';
import { AccountKeyTaken, IdempotencyKeyUsed } from '../../event-store/conflicts.js';
import { EventStore } from '../../event-store/event-store.js';
import type { StoredAnswer } from '../../event-store/idempotency-record.js';
import { requireVersion } from '../../http/conditional.js';
import type { RequestContext } from '../../identity/request-context.js';
import { Problem } from '../../kernel/problem.js';
import type { LedgerCommand, OpenAccount } from '../domain/commands.js';
import { decideOn } from '../domain/decide.js';
import type { LedgerEvent } from '../domain/events.js';
import type { RegisterFact } from '../domain/facts.js';
import { accountsNamed } from '../domain/look-ups.js';
import { accountOf, type AccountDocument, type AccountState } from '../projections/account-document.js';
import { LookUps } from '../projections/look-ups.js';
import type { RegisterRow } from '../projections/register-row.js';
import { enterInBooks, type AccountChange, type BookEntry } from './book-entry.js';
import { RecordedKinds } from './recorded-kinds.js';
import { problemOf } from './refusal-problem.js';
import { Terms } from './terms.js';

/** What a command did to the account asked, and to others. */
export interface Recorded extends AccountChange {
  readonly others: readonly AccountChange[];
  /** The row that was to be shown, as the command found it; null without one. */
  readonly shown: RegisterRow | null;
}

/** What a command did that was asked of a batch. */
export type RecordedAcross = Pick<BookEntry, 'changes'>;

/** What else is known of a command when it is given. */
export interface RecordOptions<Result> {
  /** Other accounts that the client named; they need not exist. */
  readonly further?: readonly string[];
  /** About how many transactions it records, 1 unless given. */
  readonly weight?: number;
  /** The event of the account asked whose row the answer shows. */
  readonly shows?: string;
  /** The answer to the client, made of what was recorded: kept where the request came with an idempotency key. */
  readonly answer?: (result: Result) => StoredAnswer;
}

/** Who asks for something to be done to which account (null: to a batch, wherever it is), and when. */
interface Asked {
  readonly context: RequestContext;
  readonly account_id: string | null;
  readonly now: Date;
  /** The other accounts that the client named. */
  readonly further: readonly string[];
  readonly shows?: string | undefined;
}

type Ask<Command> = (terms: Terms) => Command;
type Books = Workspace<AccountState>;

/** Decides on commands and has what follows from them recorded. */
@Injectable()
export class Bookkeeper {
  constructor(
    private readonly store: EventStore,
    private readonly lookUps: LookUps,
    private readonly kinds: RecordedKinds,
  ) {}

  /**
   * Opens the account `account_id`, which must be a new id, in a currency.
   * @throws Problem for a refusal of the domain, and as EventStore does.
   */
  open(
    context: RequestContext,
    account_id: string,
    currency: string,
    ask: Ask<OpenAccount>,
    options: RecordOptions<Recorded> = {},
  ): Promise<Recorded> {
    const asked = askedOf(context, account_id, options);
    return this.enter(asked, options, recordedOf(account_id), async (workspace) => {
      const document = await workspace.account(account_id);
      if (document) throw new Error(`The new id ${account_id} is in use`);
      return this.decide(asked, null, workspace, currency, ask);
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
    ask: Ask<LedgerCommand>,
    options: RecordOptions<Recorded> = {},
  ): Promise<Recorded> {
    const asked = askedOf(context, account_id, options);
    return this.enter(asked, options, recordedOf(account_id), async (workspace) => {
      const document = await workspace.account(account_id);
      if (!document) throw new Problem('not_found');
      return this.decide(asked, document, workspace, document.currency, ask);
    });
  }

  /**
   * Decides on a command for a batch, in whatever accounts of the caller's household it is, and records what follows
   * from it.
   * @throws Problem for a refusal of the domain, and as EventStore does.
   */
  recordAcross(
    context: RequestContext,
    ask: Ask<LedgerCommand>,
    options: RecordOptions<RecordedAcross> = {},
  ): Promise<RecordedAcross> {
    const asked = askedOf(context, null, options);
    const all = (entry: BookEntry) => entry;
    return this.enter(asked, options, all, (workspace) =>
      this.decide(asked, null, workspace, context.currency, ask),
    );
  }

  private async enter<Result>(
    { context, account_id, now, further }: Asked,
    { weight = 1, answer }: RecordOptions<Result>,
    resultOf: (entry: BookEntry) => Result,
    decide: (workspace: Books) => Promise<BookEntry>,
  ): Promise<Result> {
    const { household_id, user_id: actor_id } = context;
    const accounts = account_id === null ? further : [...new Set([account_id, ...further])];
    try {
      const { decision } = await this.store.append<LedgerEvent, AccountState, BookEntry>({
        household_id,
        actor_id,
        recorded_at: now,
        accounts,
        weight,
        decide,
        dry_run: context.dry_run,
        idempotency: answer && kept(context, (entry) => answer(resultOf(entry))),
      });
      if (!context.dry_run) for (const { rows } of decision.changes) this.kinds.count(rows);
      return resultOf(decision);
    } catch (error) {
      if (error instanceof AccountKeyTaken) throw new Problem('name_taken', { cause: error });
      // Whoever answers the client finds the first answer, unless that one is not yet sure to last.
      if (error instanceof IdempotencyKeyUsed) {
        throw new Problem('idempotency_in_flight', { cause: error, extra: { retry_after: 1 } });
      }
      throw error;
    }
  }

  private async decide(
    asked: Asked,
    document: AccountDocument | null,
    workspace: Books,
    currency: string,
    ask: Ask<LedgerCommand>,
  ): Promise<BookEntry> {
    const { context, account_id, shows } = asked;
    const terms = await termsOf(asked, currency, workspace);
    const command = ask(terms);
    terms.check();
    const place = { household_id: context.household_id, account: document, workspace };
    const facts = await this.lookUps.factsFor(place, command);
    const named = await workspace.accounts(accountsNamed(command, facts, account_id));
    const others = named.flatMap((other) => (other ? [accountOf(other)] : []));
    const books = { account: document && accountOf(document), others };
    const decision = decideOn(books, facts, command);
    const malformed = !decision.ok && decision.refusal.code === 'invalid_request';
    const versioned = document ?? homeOf(facts.batch ?? [], named);
    if (versioned && !malformed) requireVersion(context.if_match, versioned.version);
    if (!decision.ok) throw problemOf(decision);
    const actor = { id: context.user_id, username: context.username };
    const shown = shows === undefined ? null : await this.lookUps.row(place, shows);
    return { shown, ...enterInBooks(books, decision.entries, actor) };
  }
}

const askedOf = (
  context: RequestContext,
  account_id: string | null,
  { further = [], shows }: Pick<RecordOptions<never>, 'further' | 'shows'>,
): Asked => ({ context, account_id, now: new Date(), further, shows });

async function termsOf({ context, now, further }: Asked, currency: string, workspace: Books): Promise<Terms> {
  const others = further.length > 0 ? await workspace.accounts(further) : [];
  const currencies = new Map(others.flatMap((other) => (other ? [[other._id, other.currency]] : [])));
  return new Terms({ currency, currencies, now, time_zone: context.time_zone });
}

/** The account that a batch was recorded on, whose version is that of the batch: other ones it only sent money to. */
function homeOf(
  batch: readonly RegisterFact[],
  accounts: readonly (AccountDocument | null)[],
): AccountDocument | null {
  const own = batch.find(({ kind }) => kind !== 'transfer_in');
  return accounts.find((account) => account && account._id === own?.account_id) ?? null;
}

/** The terms of the idempotency key that a request came with, if it did. */
function kept(
  { idempotency }: RequestContext,
  answer: (decision: BookEntry) => StoredAnswer,
): IdempotencyTerms<BookEntry> | undefined {
  return idempotency ? { ...idempotency, answer } : undefined;
}

const recordedOf =
  (account_id: string) =>
  ({ changes, shown }: BookEntry): Recorded => {
    const asked = changes.find(({ account }) => account.id === account_id);
    if (!asked) throw new Error('A command without events opened no account');
    return { shown, others: changes.filter((change) => change !== asked), ...asked };
  };
