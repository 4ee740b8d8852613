import type { LedgerCommand } from '../../src/ledger/domain/commands.js';
import { NaivePayers } from './naive-payers.js';
import { addUp, asIs, keyOf, LIMIT, negated, pairs, refuseIf, Refused, taken, total, wrongAmount, wrongName } from './naive-verdict.js'; // prettier-ignore
import type { Of, Pairs, Verdict } from './naive-verdict.js';

interface Entry {
  readonly seq: number;
  readonly kind: 'opening' | 'in' | 'out' | 'move';
  readonly effects: ReadonlyMap<number, bigint>;
  undone: boolean;
}

/**
 * The ledger written as plainly as it can be: a list of transactions, each undone or not, from which every balance is
 * added up anew whenever it is asked for. Shares no code with the domain.
 */
export class NaiveLedger {
  name = '';
  canGoNegative = false;
  creditLimit: number | null = null;
  /** Events so far, so that the next transaction's sequence number is known. */
  count = 0;
  readonly entries: Entry[] = [];
  readonly reversals = new Map<number, number>();
  readonly envelopes: { name: string; archived: boolean }[] = [];
  readonly payers = new NaivePayers();

  balanceOf(id: number): bigint {
    return total(this.entries.filter((entry) => !entry.undone).map((entry) => entry.effects.get(id) ?? 0n));
  }

  balance(): bigint {
    return total(this.envelopes.map((_, id) => this.balanceOf(id)));
  }

  /** Takes the command or refuses it; `nameTaken` is whether another account has the name. */
  take(command: LedgerCommand, nameTaken: boolean): Verdict {
    try {
      const verdict = this.judge(command, nameTaken);
      if ('events' in verdict) this.count += verdict.events;
      return verdict;
    } catch (error) {
      if (error instanceof Refused) return { refused: error.code };
      throw error;
    }
  }

  private judge(command: LedgerCommand, nameTaken: boolean): Verdict {
    if (command.type === 'OpenAccount') return this.open(command, nameTaken);
    refuseIf(this.count === 0, 'not_found');
    switch (command.type) {
      case 'ChangeAccount':
        return this.change(command, nameTaken);
      case 'AddEnvelopes':
        return this.addEnvelopes(command);
      case 'RenameEnvelope':
        return this.rename(command);
      case 'ArchiveEnvelope':
        return this.archive(command);
      case 'RestoreEnvelope':
        return this.restore(command);
      case 'AddPayer':
        return this.payers.add(command, this.usable);
      case 'ChangePayer':
        return this.payers.change(command, this.usable);
      case 'RemovePayer':
        return this.payers.remove(command.payer_id);
      case 'DepositMoney':
        return this.post('in', [[command.envelope_id, command.amount_minor]]);
      case 'DebitMoney':
        return this.post('out', pairs(command.postings));
      case 'WithdrawCash':
        return this.post('out', [[command.envelope_id, command.amount_minor]]);
      case 'MoveMoney':
        return this.move(command);
      case 'ReceivePay':
        return this.payFrom(command);
      case 'ReceiveOtherPay':
        refuseIf(wrongName(command.payer), 'invalid_request');
        return this.pay(command.amount_minor, pairs(command.split));
      case 'UndoLast':
        return this.undo(this.entries.findLast((entry) => !entry.undone)?.seq ?? 0);
      case 'UndoTransaction':
        return this.undo(Number(command.transaction_id.slice('tx_'.length)));
    }
  }

  private open(command: Of<'OpenAccount'>, nameTaken: boolean): Verdict {
    const { opening_balance_minor: opening, can_go_negative, credit_limit_minor: limit } = command;
    refuseIf(wrongName(command.name), 'invalid_request');
    refuseIf(Math.abs(opening) >= Number(LIMIT), 'invalid_request');
    refuseIf(limit !== null && (!can_go_negative || wrongAmount(limit)), 'invalid_request');
    refuseIf(nameTaken, 'name_taken');
    refuseIf(opening < 0 && !can_go_negative, 'envelope_overdrawn');
    refuseIf(limit !== null && opening < -limit, 'credit_limit_exceeded');
    this.name = command.name.trim();
    this.canGoNegative = can_go_negative;
    this.creditLimit = limit;
    this.envelopes.push({ name: 'Available', archived: false });
    this.entries.push({ seq: 1, kind: 'opening', effects: addUp([[0, opening]]), undone: false });
    return taken;
  }

  private change(command: Of<'ChangeAccount'>, nameTaken: boolean): Verdict {
    const can = command.can_go_negative ?? this.canGoNegative;
    let limit = command.credit_limit_minor;
    if (limit === undefined) limit = can ? this.creditLimit : null;
    const name = command.name === undefined ? this.name : command.name.trim();
    refuseIf(wrongName(name), 'invalid_request');
    refuseIf(limit !== null && (!can || wrongAmount(limit)), 'invalid_request');
    refuseIf(nameTaken, 'name_taken');
    refuseIf(!can && this.envelopes.some((_, id) => this.balanceOf(id) < 0n), 'envelope_overdrawn');
    refuseIf(limit !== null && this.balance() < -BigInt(limit), 'credit_limit_exceeded');
    const same = name === this.name && can === this.canGoNegative && limit === this.creditLimit;
    [this.name, this.canGoNegative, this.creditLimit] = [name, can, limit];
    return same ? asIs : taken;
  }

  private taken(name: string, except?: number): boolean {
    return this.envelopes.some(
      (envelope, id) => id !== except && !envelope.archived && keyOf(envelope.name) === keyOf(name),
    );
  }

  private live(): number {
    return this.envelopes.filter((envelope) => !envelope.archived).length;
  }

  private addEnvelopes({ names }: Of<'AddEnvelopes'>): Verdict {
    refuseIf(names.length === 0 || names.some(wrongName), 'invalid_request');
    refuseIf(this.live() + names.length > 500, 'limit_reached');
    refuseIf(new Set(names.map(keyOf)).size < names.length, 'name_taken');
    refuseIf(
      names.some((name) => this.taken(name)),
      'name_taken',
    );
    this.envelopes.push(...names.map((name) => ({ name: name.trim(), archived: false })));
    return { events: names.length };
  }

  private envelope(id: number) {
    const envelope = this.envelopes[id];
    if (!envelope) throw new Refused('not_found');
    return envelope;
  }

  private rename({ envelope_id, name }: Of<'RenameEnvelope'>): Verdict {
    const envelope = this.envelope(envelope_id);
    refuseIf(wrongName(name), 'invalid_request');
    refuseIf(!envelope.archived && this.taken(name, envelope_id), 'name_taken');
    if (envelope.name === name.trim()) return asIs;
    envelope.name = name.trim();
    return taken;
  }

  private archive({ envelope_id }: Of<'ArchiveEnvelope'>): Verdict {
    const envelope = this.envelope(envelope_id);
    if (envelope.archived) return asIs;
    refuseIf(envelope_id === 0, 'available_cannot_be_archived');
    refuseIf(this.balanceOf(envelope_id) !== 0n, 'envelope_not_empty');
    refuseIf(this.payers.payInto(envelope_id), 'envelope_in_split');
    envelope.archived = true;
    return taken;
  }

  private restore({ envelope_id }: Of<'RestoreEnvelope'>): Verdict {
    const envelope = this.envelope(envelope_id);
    if (!envelope.archived) return asIs;
    refuseIf(this.taken(envelope.name), 'name_taken');
    refuseIf(this.live() >= 500, 'limit_reached');
    envelope.archived = false;
    return taken;
  }

  private readonly usable = (list: Pairs): void => {
    refuseIf(!list.every(([id]) => this.envelopes[id]), 'not_found');
    refuseIf(
      list.some(([id]) => this.envelopes[id]?.archived),
      'envelope_archived',
    );
  };

  private post(kind: 'in' | 'out', list: Pairs): Verdict {
    refuseIf(list.length === 0 || list.some(([, amount]) => wrongAmount(amount)), 'invalid_request');
    this.usable(list);
    const effects = addUp(list);
    return this.record(kind, kind === 'in' ? effects : negated(effects));
  }

  private move({ from_id, to_id, amount_minor }: Of<'MoveMoney'>): Verdict {
    refuseIf(wrongAmount(amount_minor) || from_id === to_id, 'invalid_request');
    this.usable([[from_id, 0], [to_id, 0]]); // prettier-ignore
    refuseIf(this.balanceOf(from_id) < BigInt(amount_minor), 'envelope_overdrawn');
    return this.record('move', addUp([[from_id, -amount_minor], [to_id, amount_minor]])); // prettier-ignore
  }

  private payFrom(command: Of<'ReceivePay'>): Verdict {
    const { payer_id, amount_minor, split } = command;
    refuseIf(amount_minor !== undefined && wrongAmount(amount_minor), 'invalid_request');
    refuseIf(split?.some((posting) => wrongAmount(posting.amount_minor)) ?? false, 'invalid_request');
    const payer = this.payers.withId(payer_id);
    return this.pay(amount_minor ?? payer.amount, split ? pairs(split) : payer.split);
  }

  private pay(amount: number, split: Pairs): Verdict {
    refuseIf(wrongAmount(amount) || split.some(([, part]) => wrongAmount(part)), 'invalid_request');
    this.usable(split);
    const rest = BigInt(amount) - total(addUp(split).values());
    refuseIf(rest < 0n, 'split_exceeds_amount');
    return this.record('in', addUp(rest > 0n ? [...split, [0, Number(rest)]] : split));
  }

  private record(kind: 'in' | 'out' | 'move', effects: Map<number, bigint>): Verdict {
    this.check(effects);
    this.entries.push({ seq: this.count + 1, kind, effects, undone: false });
    return taken;
  }

  private check(effects: ReadonlyMap<number, bigint>): void {
    const beyond = (amount: bigint): boolean => amount >= LIMIT || amount <= -LIMIT;
    const after = [...effects].map(([id, amount]) => this.balanceOf(id) + amount);
    const change = total(effects.values());
    refuseIf([...effects.values()].some(beyond), 'balance_out_of_range');
    refuseIf(!this.canGoNegative && after.some((amount) => amount < 0n), 'envelope_overdrawn');
    refuseIf([...after, change, this.balance() + change].some(beyond), 'balance_out_of_range');
    const limit = this.creditLimit;
    refuseIf(limit !== null && this.balance() + change < -BigInt(limit), 'credit_limit_exceeded');
  }

  private undo(seq: number): Verdict {
    refuseIf(this.reversals.has(seq), 'not_a_money_transaction');
    const entry = this.entries.find((one) => one.seq === seq);
    if (!entry) throw new Refused('not_found');
    refuseIf(entry.kind === 'opening', 'opening_cannot_be_undone');
    refuseIf(entry.undone, 'already_reversed');
    this.check(negated(entry.effects));
    const archived = [...entry.effects.keys()].map((id) => this.envelope(id)).filter((one) => one.archived);
    for (const envelope of archived) {
      const base = envelope.name;
      for (let number = 2; this.taken(envelope.name); number += 1) envelope.name = `${base} (${number})`;
      envelope.archived = false;
    }
    entry.undone = true;
    this.reversals.set(this.count + archived.length + 1, seq);
    return { events: archived.length + 1 };
  }
}
