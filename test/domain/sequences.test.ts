import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Account } from '../../src/ledger/domain/account.js';
import type { LedgerCommand } from '../../src/ledger/domain/commands.js';
import { ledgerDecider } from '../../src/ledger/domain/decide.js';
import type { LedgerEvent } from '../../src/ledger/domain/events.js';
import type { RefusalCode } from '../../src/ledger/domain/refusals.js';
import { commandSequences, type Step } from './command-sequences.js';
import { assertInvariants } from './invariants.js';
import { NaiveLedger } from './naive-ledger.js';
import { idAt } from './naive-register.js';
import { factsFor, fold, frozen } from './spec.js';

const RUNS = 2_000;
const COMMANDS = {
  OpenAccount: 0, ChangeAccount: 0, AddEnvelopes: 0, RenameEnvelope: 0, ArchiveEnvelope: 0, RestoreEnvelope: 0,
  AddPayer: 0, ChangePayer: 0, RemovePayer: 0, DepositMoney: 0, DebitMoney: 0, WithdrawCash: 0, MoveMoney: 0,
  ReceivePay: 0, ReceiveOtherPay: 0, UndoLast: 0, UndoTransaction: 0,
} satisfies Record<LedgerCommand['type'], number>; // prettier-ignore
const REFUSALS = {
  invalid_request: 0, not_found: 0, name_taken: 0, envelope_overdrawn: 0, credit_limit_exceeded: 0,
  split_exceeds_amount: 0, balance_out_of_range: 0, limit_reached: 0, envelope_not_empty: 0, envelope_archived: 0,
  envelope_in_split: 0, available_cannot_be_archived: 0, opening_cannot_be_undone: 0, already_reversed: 0,
  not_a_money_transaction: 0,
} satisfies Record<RefusalCode, number>; // prettier-ignore

/** How often each command recorded something, recorded nothing, was refused, and with which code. */
class Counts {
  readonly recorded = { ...COMMANDS };
  readonly asItWas = { ...COMMANDS };
  readonly refused = { ...COMMANDS };
  readonly codes = { ...REFUSALS };

  total(): number {
    return [this.recorded, this.asItWas, this.refused]
      .flatMap((row) => Object.values(row))
      .reduce((a, b) => a + b);
  }

  table(): string {
    const line = (...cells: (string | number)[]): string =>
      cells
        .map((cell, index) => (index === 0 ? String(cell).padEnd(30) : String(cell).padStart(10)))
        .join('');
    return [
      line('command', 'recorded', 'as it was', 'refused'),
      ...typesOf(COMMANDS).map((type) =>
        line(type, this.recorded[type], this.asItWas[type], this.refused[type]),
      ),
      line('refusal', 'times'),
      ...typesOf(REFUSALS).map((code) => line(code, this.codes[code])),
      line('commands a sequence', (this.total() / RUNS).toFixed(1)),
    ].join('\n');
  }
}

const typesOf = <K extends string>(record: Record<K, number>): K[] => Object.keys(record) as K[];

/**
 * The command of a step, made to mean something: three restorations of four are of an archived envelope if there is one, and
 * a chosen undo is of a transaction mostly, else of any sequence number up to one beyond the last.
 */
function commandOf({ command, pick }: Step, model: NaiveLedger): LedgerCommand {
  if (command.type === 'RestoreEnvelope') {
    const archived = model.envelopes.findIndex((envelope) => envelope.archived);
    return archived > 0 && pick % 4 > 0 ? { ...command, envelope_id: archived } : command;
  }
  if (command.type !== 'UndoTransaction') return command;
  const seqs = pick % 3 === 0 ? [] : model.entries.map((entry) => entry.seq);
  return { ...command, transaction_id: idAt(seqs[pick % seqs.length] ?? 1 + (pick % (model.count + 1))) };
}

function assertSameAsModel(account: Account, model: NaiveLedger): void {
  const actual = {
    name: account.name,
    can_go_negative: account.can_go_negative,
    credit_limit_minor: account.credit_limit_minor,
    version: account.version,
    balance: BigInt(account.balance_minor),
    envelopes: account.envelopes.map(({ name, archived, balance_minor }) => [
      name,
      archived,
      BigInt(balance_minor),
    ]),
    payers: account.payers.map(({ id, name, amount_minor, split }) => [
      id,
      { name, amount: amount_minor, split: split.map((part) => [part.envelope_id, part.amount_minor]) },
    ]),
  };
  assert.deepEqual(actual, {
    name: model.name,
    can_go_negative: model.canGoNegative,
    credit_limit_minor: model.creditLimit,
    version: model.count,
    balance: model.balance(),
    envelopes: model.envelopes.map(({ name, archived }, id) => [name, archived, model.balanceOf(id)]),
    payers: [...model.payers.byId].sort(([a], [b]) => a - b),
  });
}

/** Takes the steps one after the other, comparing domain and model and checking the invariants after each. */
function takeAll(steps: readonly Step[], counts: Counts): void {
  const model = new NaiveLedger();
  const events: LedgerEvent[] = [];
  let state: Account | null = null;
  for (const step of steps) {
    const command = commandOf(step, model);
    if (state && command.type === 'OpenAccount') continue;
    const facts = { ...factsFor(command, events), account_name_taken: step.accountNameTaken };
    const decision = ledgerDecider.decide(state, frozen(facts), frozen(command));
    const verdict = model.take(command, step.accountNameTaken);
    assert.deepEqual(
      decision.ok ? { events: decision.events.length } : { refused: decision.refusal.code },
      verdict,
    );
    if (!decision.ok) {
      counts.refused[command.type] += 1;
      counts.codes[decision.refusal.code] += 1;
      continue;
    }
    counts[decision.events.length > 0 ? 'recorded' : 'asItWas'][command.type] += 1;
    for (const event of decision.events) {
      events.push(frozen(event));
      state = frozen(ledgerDecider.evolve(state, event));
    }
    if (!state) throw new Error('A command was taken before the account was opened');
    assertSameAsModel(state, model);
    assertInvariants(state, events);
    assert.deepEqual(fold(events), state, 'rule 2: not the fold of its events');
  }
}

describe('sequences of commands', () => {
  it('leave the account as a naive ledger has it, every command taken and every refusal seen', () => {
    const counts = new Counts();
    fc.assert(
      fc.property(commandSequences, (steps) => takeAll(steps, counts)),
      { numRuns: RUNS },
    );
    process.stdout.write(`${counts.table()}\n`);
    expect(typesOf(COMMANDS).filter((type) => counts.recorded[type] < 200)).toEqual([]);
    expect(typesOf(REFUSALS).filter((code) => counts.codes[code] === 0)).toEqual([]);
    expect(counts.total() / RUNS).toBeGreaterThan(18);
  });
});
