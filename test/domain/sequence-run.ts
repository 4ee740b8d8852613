import assert from 'node:assert/strict';
import type { Entry } from '../../src/ledger/domain/books.js';
import type { LedgerCommand } from '../../src/ledger/domain/commands.js';
import type { LedgerDecision } from '../../src/ledger/domain/refusals.js';
import type { Moment } from '../../src/ledger/projections/past-balances.js';
import { DAYS, type Step } from './command-sequences.js';
import { fold } from './fold.js';
import { assertInvariants } from './invariants.js';
import { Logbook } from './logbook.js';
import { balance, balanceOf, heldAt } from './naive-data.js';
import { NaiveLedger } from './naive-ledger.js';
import { LIMIT, total } from './naive-verdict.js';
import { ProjectedTotals } from './projected-totals.js';
import { meaningOf } from './step-meaning.js';

/** Is told of every decision that was compared, and of what was recorded. */
export interface Watcher {
  decided?(command: LedgerCommand, decision: LedgerDecision): void;
  recorded?(entries: readonly Entry[], logbook: Logbook): void;
}

/** Takes steps one after the other, comparing domain and model and checking the invariants after each. */
export class SequenceRun {
  readonly logbook = new Logbook();
  readonly model = new NaiveLedger();
  private readonly totals = new ProjectedTotals();

  constructor(private readonly watcher: Watcher = {}) {}

  takeAll(steps: readonly Step[]): void {
    steps.forEach((step, place) => {
      for (const { asked, command } of meaningOf(step, place, this.model.data)) this.take(asked, command);
    });
  }

  /** Whether the command was taken. An account that is open is not opened again. */
  take(asked: string | null, command: LedgerCommand): boolean {
    if (command.type === 'OpenAccount' && this.logbook.accounts.has(command.account_id)) return false;
    const decision = this.logbook.decide(asked, command);
    const verdict = this.model.take(command.type === 'OpenAccount' ? null : asked, command);
    assert.deepEqual(said(decision), verdict, command.type);
    this.watcher.decided?.(command, decision);
    if (!decision.ok) return false;
    if (decision.entries.length === 0) return true;
    this.watcher.recorded?.(decision.entries, this.logbook);
    this.totals.project(decision.entries, this.logbook);
    this.logbook.record(decision.entries);
    this.compare(new Set(decision.entries.map(({ account_id }) => account_id)));
    assertInvariants(this.logbook);
    return true;
  }

  private compare(changed: ReadonlySet<string>): void {
    const { logbook, model } = this;
    for (const id of changed) {
      const events = logbook.logs.get(id)!;
      assertSame(fold(events), logbook.accounts.get(id), 'rule 2: not the fold of its events');
      assertSame(this.actual(id), this.expected(id), id);
      this.compareAsOf(id);
    }
    const rows = logbook.register().filter(({ role }) => role === 'root');
    const legs = model.data.transactions.flatMap(({ legs: sides, batch }) =>
      sides.map((leg) => ({ ...leg, batch, ...model.data.told.get(leg.id)! })),
    );
    assertSame(
      byId(rows.map((row) => [row.id, row.standing, row.batch_id, row.description, row.notes, row.tags])),
      byId(legs.map((leg) => [leg.id, !leg.undone, leg.batch, leg.description, leg.notes, leg.tags])),
      'the register',
    );
  }

  /** The product's as-of, counted either way from the totals that it keeps, is what the model has. */
  private compareAsOf(id: string): void {
    for (const date of DAYS) this.compareAt(id, { date, end: true });
    const { version } = this.logbook.accounts.get(id)!;
    this.compareAt(id, { date: DAYS[version % DAYS.length] ?? DAYS[0], end: false });
  }

  private compareAt(id: string, moment: Moment): void {
    const wanted = heldAt(this.model.data, id, moment.date, moment.end);
    const isShown = canBeShown(total(wanted)) && wanted.every(canBeShown);
    for (const back of [true, false]) {
      const held = this.totals.heldAt(this.logbook, id, moment, back);
      const isSame = held
        ? isShown && wanted.every((balance, envelope) => Number(balance) === held.get(envelope))
        : !isShown;
      if (!isSame)
        assert.deepEqual(held, isShown ? wanted : null, `as of ${JSON.stringify({ ...moment, back })}`);
    }
  }

  private actual(id: string): object {
    const account = this.logbook.accounts.get(id)!;
    return {
      name: account.name,
      can_go_negative: account.can_go_negative,
      credit_limit_minor: account.credit_limit_minor,
      closed: account.state === 'closed',
      version: account.version,
      balance: String(account.balance_minor),
      envelopes: account.envelopes.map(({ name, archived, balance_minor }) => [
        name,
        archived,
        String(balance_minor),
      ]),
      payers: account.payers.map(({ id: payer, name, amount_minor, split }) => [
        payer,
        { name, amount: amount_minor, split: split.map((part) => [part.envelope_id, part.amount_minor]) },
      ]),
    };
  }

  private expected(id: string): object {
    const { data } = this.model;
    const account = data.accounts.get(id)!;
    return {
      name: account.name,
      can_go_negative: account.canGoNegative,
      credit_limit_minor: account.creditLimit,
      closed: account.closed,
      version: account.count,
      balance: String(balance(data, id)),
      envelopes: account.envelopes.map(({ name, archived }, at) => [
        name,
        archived,
        String(balanceOf(data, id, at)),
      ]),
      payers: [...account.payers.byId].sort(([a], [b]) => a - b),
    };
  }
}

const canBeShown = (balance: bigint): boolean => balance < LIMIT && -balance < LIMIT;

function said(decision: LedgerDecision): object {
  if (decision.ok) return { events: decision.entries.length };
  const { refusal, index } = decision;
  return { refused: refusal.code, ...(index !== undefined && { index }) };
}

/** By their texts, which takes a tenth of the time; only where those differ it is said in what. */
function assertSame(actual: unknown, expected: unknown, what: string): void {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) assert.deepEqual(actual, expected, what);
}

const byId = (rows: (readonly [string, ...unknown[]])[]) => rows.sort(([a], [b]) => (a < b ? -1 : 1));
