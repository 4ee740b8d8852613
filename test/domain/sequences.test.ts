import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { LedgerCommand } from '../../src/ledger/domain/commands.js';
import type { LedgerDecision, RefusalCode } from '../../src/ledger/domain/refusals.js';
import { commandSequences } from './command-sequences.js';
import { SequenceRun } from './sequence-run.js';
import { ask } from './sketches.js';

/** How many sequences; `SEQUENCES` in the environment asks for more than the normal run has. */
const RUNS = Number(process.env['SEQUENCES'] ?? 2_000);
const COMMANDS = {
  OpenAccount: 0, ChangeAccount: 0, CloseAccount: 0, ReopenAccount: 0, AddEnvelopes: 0, RenameEnvelope: 0,
  ArchiveEnvelope: 0, RestoreEnvelope: 0, AddPayer: 0, ChangePayer: 0, RemovePayer: 0, DepositMoney: 0, DebitMoney: 0,
  WithdrawCash: 0, MoveMoney: 0, ReceivePay: 0, ReceiveOtherPay: 0, AdjustBalance: 0, TransferMoney: 0, RecordBatch: 0,
  AnnotateTransaction: 0, UndoLast: 0, UndoBackTo: 0, UndoTransaction: 0, UndoBatch: 0, RedoLast: 0,
  RedoTransaction: 0, RedoBatch: 0,
} satisfies Record<LedgerCommand['type'], number>; // prettier-ignore
const REFUSALS = {
  invalid_request: 0, not_found: 0, name_taken: 0, envelope_overdrawn: 0, credit_limit_exceeded: 0,
  split_exceeds_amount: 0, balance_out_of_range: 0, limit_reached: 0, envelope_not_empty: 0, envelope_archived: 0,
  envelope_in_split: 0, available_cannot_be_archived: 0, account_closed: 0, account_not_empty: 0,
  opening_cannot_be_undone: 0, already_reversed: 0, not_undone: 0, nothing_to_redo: 0, nothing_to_adjust: 0,
  not_the_last: 0, not_a_money_transaction: 0,
} satisfies Record<RefusalCode, number>; // prettier-ignore

const typesOf = <K extends string>(record: Record<K, number>): K[] => Object.keys(record) as K[];

/** How often each command recorded something, recorded nothing, was refused, and with which code. */
class Counts {
  readonly recorded = { ...COMMANDS };
  readonly asItWas = { ...COMMANDS };
  readonly refused = { ...COMMANDS };
  readonly codes = { ...REFUSALS };
  /** Decisions that lead to events of several accounts. */
  ofSeveral = 0;

  decided({ type }: LedgerCommand, decision: LedgerDecision): void {
    if (!decision.ok) {
      this.refused[type] += 1;
      this.codes[decision.refusal.code] += 1;
      return;
    }
    this[decision.entries.length > 0 ? 'recorded' : 'asItWas'][type] += 1;
    if (new Set(decision.entries.map(({ account_id }) => account_id)).size > 1) this.ofSeveral += 1;
  }

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
      line('of several accounts', this.ofSeveral),
      line('commands a sequence', (this.total() / RUNS).toFixed(1)),
    ].join('\n');
  }
}

describe('sequences of commands', () => {
  it('leave the accounts as a naive ledger has them, every command taken and every refusal seen', () => {
    const counts = new Counts();
    const watcher = { decided: counts.decided.bind(counts) };
    fc.assert(
      fc.property(commandSequences, (steps) => new SequenceRun(watcher).takeAll(steps)),
      { numRuns: RUNS },
    );
    process.stdout.write(`${counts.table()}\n`);
    expect(typesOf(COMMANDS).filter((type) => counts.recorded[type] < RUNS / 20)).toEqual([]);
    expect(typesOf(REFUSALS).filter((code) => counts.codes[code] === 0)).toEqual([]);
    expect(counts.ofSeveral).toBeGreaterThan(RUNS);
    expect(counts.total() / RUNS).toBeGreaterThan(25);
  });

  it('is where it was after as many redos as undos', () => {
    let turns = 0;
    fc.assert(
      fc.property(commandSequences, fc.integer({ min: 1, max: 12 }), (steps, wanted) => {
        const run = new SequenceRun();
        run.takeAll(steps);
        for (const asked of run.logbook.accounts.keys()) turns += backAndForth(run, asked, wanted);
      }),
      { numRuns: RUNS / 2 },
    );
    process.stdout.write(`undone and redone in a row: ${turns}\n`);
    expect(turns).toBeGreaterThan(RUNS * 2);
  });
});

/** Undoes as often as wanted, or as it can be, and redoes as often; says how often. */
function backAndForth(run: SequenceRun, asked: string, wanted: number): number {
  const before = picture(run);
  let undone = 0;
  while (undone < wanted && run.take(asked, ask('UndoLast', {}))) undone += 1;
  if (undone > 0) assert.notEqual(picture(run), before);
  for (let redone = 0; redone < undone; redone += 1) {
    assert.ok(run.take(asked, ask('RedoLast', {})), 'what was just undone cannot be redone');
  }
  assert.equal(picture(run), before);
  return undone;
}

/** What every envelope holds, and which transactions stand. */
function picture({ logbook }: SequenceRun): string {
  const held = [...logbook.accounts.values()].map(({ id, balance_minor, envelopes }) => [
    id,
    balance_minor,
    envelopes.map((envelope) => envelope.balance_minor),
  ]);
  const roots = logbook.register().filter(({ role }) => role === 'root');
  return JSON.stringify([held, roots.map(({ id, standing }) => [id, standing])]);
}
