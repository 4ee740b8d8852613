import fc from 'fast-check';

import { sealEvents, type StoredEvent } from '../../src/event-store/stored-event.js';
import type { LedgerEvent } from '../../src/ledger/domain/events.js';
import { Invariants } from '../../src/ledger/projections/audit-invariants.js';

type Event = StoredEvent<LedgerEvent>;
/** An event as the judge below sees it: a transaction, or the reversal of the one with that sequence. */
type Line =
  | { readonly amount: number; readonly batch: number | null }
  | { readonly of: number; readonly role: 'undo' | 'redo'; readonly said: string };
/** What is done to a log by somebody who keeps no rule: `pick` chooses among what there is. */
type Step = readonly [kind: number, pick: number, amount: number];

const told = { schema_version: 1, effective_on: '2026-03-15' } as const;
const isRoot = (line: Line): line is Extract<Line, { amount: number }> => 'amount' in line;

/** A log, told line by line; the first sequence is 1. */
class Forgery {
  /** An opening, money that was spent, and its first part taken back since: to go back leads below 0. */
  readonly lines: Line[] = [
    ...[0, 9, -8, 9].map((amount) => ({ amount, batch: null })),
    { of: 2, role: 'undo', said: '' },
  ];
  private batches = 0;

  get balance(): number {
    return balanceAfter(this.lines);
  }

  take([kind, pick, amount]: Step): void {
    if (kind === 0) this.lines.push({ amount: amount < -this.balance ? -amount : amount, batch: null });
    else if (kind === 1) {
      const batch = (this.batches += 1);
      this.lines.push(...[3, 1, -5, 5, 2].map((each) => ({ amount: each, batch })));
    } else if (kind === 2) this.reverse(this.one(pick), pick % 5 === 0 ? 'other' : '');
    else if (kind === 3) this.reverse(backTo(this.lines, 1 + (pick % this.lines.length)), '');
    else this.reverse(this.someOf(pick, kind === 4), '');
  }

  /** A batch, or all of it but the last one. */
  private someOf(pick: number, whole: boolean): number[] {
    const roots = ofBatch(this.lines, 1 + (pick % Math.max(1, this.batches)), pick % 2 === 0);
    return whole ? roots : roots.slice(0, -1);
  }

  private one(pick: number): number[] {
    const roots = this.lines.flatMap((line, index) => (isRoot(line) && index > 0 ? [index + 1] : []));
    return roots.length === 0 ? [] : [roots[pick % roots.length] ?? 0];
  }

  private reverse(roots: readonly number[], said: string): void {
    for (const of of roots) {
      this.lines.push({ of, role: standing(this.lines, of) ? 'undo' : 'redo', said });
    }
  }

  /** The log as it is stored: all by one user, in one millisecond. */
  sealed(): Event[] {
    const events = this.lines.map((line, index) => this.eventOf(line, index + 1));
    const recorder = {
      household_id: 'hh_1',
      account_id: 'acc_1',
      actor_id: 'usr_1',
      recorded_at: new Date(0),
    };
    return sealEvents({ version: 0, head_hash: null }, recorder, events);
  }

  private eventOf(line: Line, seq: number): LedgerEvent {
    const amount_minor = changeOf(this.lines, line);
    const balance_minor = balanceAfter(this.lines.slice(0, seq));
    const money = { ...told, postings: [{ envelope_id: 0, amount_minor }], balance_minor };
    if (seq === 1) {
      const account = {
        account_id: 'acc_1',
        household_id: 'hh_1',
        name: 'A',
        account_type: 'checking',
      } as const;
      const terms = { currency: 'USD', can_go_negative: false, credit_limit_minor: null };
      return { type: 'AccountOpened', ...money, description: '', ...account, ...terms };
    }
    const root = isRoot(line) ? line : this.lines[line.of - 1];
    const batch = root && isRoot(root) && root.batch !== null ? { batch_id: `bat_${root.batch}` } : {};
    if (isRoot(line)) {
      const type = line.amount < 0 ? 'MoneyDebited' : 'MoneyDeposited';
      return { type, ...money, description: '', ...batch };
    }
    const { of, role, said } = line;
    const chain = { root_seq: of, root_id: `tx_${of}`, reverses_seq: of, reverses_id: `tx_${of}` };
    return {
      type: 'TransactionReversed',
      ...money,
      description: said,
      role,
      kind: 'deposit',
      ...chain,
      ...batch,
    };
  }
}

function changeOf(lines: readonly Line[], line: Line): number {
  if (isRoot(line)) return line.amount;
  const root = lines[line.of - 1];
  const amount = root && isRoot(root) ? root.amount : 0;
  return line.role === 'undo' ? 0 - amount : amount;
}

const balanceAfter = (lines: readonly Line[]): number =>
  lines.reduce((sum, line) => sum + changeOf(lines, line), 0);

const standing = (lines: readonly Line[], seq: number): boolean =>
  lines.filter((line) => !isRoot(line) && line.of === seq).length % 2 === 0;

/** What the undo of everything after a transaction undoes, in its order. */
const backTo = (lines: readonly Line[], after: number): number[] =>
  lines
    .flatMap((line, index) =>
      isRoot(line) && index + 1 > after && standing(lines, index + 1) ? [index + 1] : [],
    )
    .reverse();

/** What the undo, or the redo, of a batch reverses, in its order. */
function ofBatch(lines: readonly Line[], batch: number, undo: boolean): number[] {
  const roots = lines.flatMap((line, index) =>
    isRoot(line) && line.batch === batch && standing(lines, index + 1) === undo ? [index + 1] : [],
  );
  return undo ? roots.reverse() : roots;
}

/** Whether commands that keep the rules could have left this log; tries every one at every place. */
function isLawful(lines: readonly Line[]): boolean {
  const reached = new Set([0]);
  for (let at = 0; at < lines.length; at += 1) {
    if (!reached.has(at)) continue;
    for (const length of [1, ...severalAt(lines, at)]) {
      if (balanceAfter(lines.slice(0, at + length)) >= 0) reached.add(at + length);
    }
  }
  return reached.has(lines.length);
}

/** How many lines come from one command that may have been given at a place and reverses several transactions. */
function severalAt(lines: readonly Line[], at: number): number[] {
  const before = lines.slice(0, at);
  const batches = [
    ...new Set(before.flatMap((line) => (isRoot(line) && line.batch !== null ? [line.batch] : []))),
  ];
  const commands = [
    ...before.map((_, index) => backTo(before, index + 1)),
    ...batches.flatMap((batch) => [ofBatch(before, batch, true), ofBatch(before, batch, false)]),
  ];
  return commands.filter((roots) => areNext(lines, at, roots)).map((roots) => roots.length);
}

function areNext(lines: readonly Line[], at: number, roots: readonly number[]): boolean {
  const next = lines.slice(at, at + roots.length);
  const said = new Set(next.map((line) => (isRoot(line) ? null : `${line.role} ${line.said}`)));
  return (
    said.size === 1 &&
    roots.every((root, index) => {
      const line = next[index];
      return line !== undefined && !isRoot(line) && line.of === root;
    })
  );
}

describe('reversals of one user and instant', () => {
  it('pass just where commands that keep the rules could have recorded them', () => {
    const step = fc.tuple(fc.constantFrom(0, 0, 1, 2, 2, 3, 4, 4, 5, 5), fc.nat(40), fc.integer({ min: -9, max: 9 }).filter((amount) => amount !== 0)); // prettier-ignore
    const seen = { lawful: 0, 'lawful, overdrawn in between': 0, unlawful: 0 };
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 9 }), (steps) => {
        const forgery = new Forgery();
        for (const each of steps) forgery.take(each);
        const lawful = isLawful(forgery.lines);
        const events = forgery.sealed();
        const below = events.some(({ balance_minor }) => balance_minor < 0);
        seen[lawful ? (below ? 'lawful, overdrawn in between' : 'lawful') : 'unlawful'] += 1;
        const invariants = new Invariants();
        const broken = invariants.take(events) ?? invariants.end();
        expect(broken === null).toBe(lawful);
      }),
      { numRuns: 3_000 },
    );
    process.stdout.write(`reversals judged: ${JSON.stringify(seen)}\n`);
    for (const times of Object.values(seen)) expect(times).toBeGreaterThan(50);
  });
});
