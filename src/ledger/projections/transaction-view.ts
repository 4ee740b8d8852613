import { ApiProperty } from '@nestjs/swagger';

import type { CalendarDate } from '../../kernel/dates.js';
import { toMajor } from '../../kernel/money.js';
import { KIND_OF_ROOT, type TransactionKind } from '../domain/events.js';
import { EnvelopeAmountView, viewAmounts } from './account-view.js';
import { ROW_ROLES, type RegisterRow, type RowRole } from './register-row.js';

const ID = { type: String, example: 'tx_01kagx3q9sf8krqxfp6ydfn7w8' } as const;
const ID_OR_NULL = { type: String, example: null, nullable: true } as const;

/** The kinds that the register knows. */
export const TRANSACTION_KINDS: readonly TransactionKind[] = Object.values(KIND_OF_ROOT);

/** Who recorded a transaction. */
export class ActorView {
  @ApiProperty({ type: String, example: 'usr_01kagx3q9sf8krqxfp6ydfn7v2' })
  readonly id!: string;

  @ApiProperty({ type: String, example: 'ada' })
  readonly username!: string;
}

/** The other side of a transfer. */
export class TransferView {
  @ApiProperty({ type: String, example: 'acc_01kagx3q9sf8krqxfp6ydfn7v4' })
  readonly account_id!: string;

  @ApiProperty(ID)
  readonly transaction_id!: string;
}

/** A row of the register as clients see it; amounts in major units of `currency`. */
export class TransactionView {
  @ApiProperty(ID)
  readonly id!: string;

  @ApiProperty({ type: String, example: 'acc_01kagx3q9sf8krqxfp6ydfn7v3' })
  readonly account_id!: string;

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    example: 8,
    description: 'Its place in the log of the account',
  })
  readonly seq!: number;

  @ApiProperty({
    type: String,
    enum: [...TRANSACTION_KINDS],
    example: 'debit',
    description: 'An undo has the kind of what it undoes',
  })
  readonly kind!: TransactionKind;

  @ApiProperty({ type: String, enum: [...ROW_ROLES], example: 'root' })
  readonly role!: RowRole;

  @ApiProperty({ type: 'number', example: -62.4, description: "The account's signed change" })
  readonly amount!: number;

  @ApiProperty({ type: 'number', required: false, example: 100, description: 'What a move moved' })
  readonly moved?: number;

  @ApiProperty({ type: String, example: 'USD' })
  readonly currency!: string;

  @ApiProperty({
    type: [EnvelopeAmountView],
    description: 'Signed',
    example: [{ envelope_id: 1, amount: -62.4 }],
  })
  readonly postings!: readonly EnvelopeAmountView[];

  @ApiProperty({ type: String, example: 'Weekly shopping' })
  readonly description!: string;

  @ApiProperty({ type: String, example: '' })
  readonly notes!: string;

  @ApiProperty({ type: [String], example: [] })
  readonly tags!: readonly string[];

  @ApiProperty({ type: String, format: 'date', example: '2026-01-31' })
  readonly effective_on!: CalendarDate;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-31T18:00:00.000Z' })
  readonly recorded_at!: string;

  @ApiProperty({ type: ActorView })
  readonly actor!: ActorView;

  @ApiProperty({
    type: 'number',
    example: 2_637.6,
    description: "The account's balance after it, in the order of recording",
  })
  readonly balance!: number;

  @ApiProperty({ type: Boolean, example: true, description: 'Whether it is in force' })
  readonly standing!: boolean;

  @ApiProperty({ ...ID, description: 'The transaction that it belongs to, itself unless it is a reversal' })
  readonly root_id!: string;

  @ApiProperty({ ...ID_OR_NULL, description: 'What this very one reverses' })
  readonly reverses_id!: string | null;

  @ApiProperty({ ...ID_OR_NULL, description: 'What reversed this very one' })
  readonly reversed_by_id!: string | null;

  @ApiProperty({ type: String, nullable: true, example: null })
  readonly batch_id!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: null,
    description: "A payday's payer, by its name then, on its undos and redos too",
  })
  readonly payer!: string | null;

  @ApiProperty({
    type: TransferView,
    nullable: true,
    example: null,
    description: "The other side's transaction, for a transfer and its reversals",
  })
  readonly transfer!: TransferView | null;
}

/** Shows a row of the register of an account with that currency. */
export function viewTransaction(row: RegisterRow, currency: string): TransactionView {
  const { id, account_id, seq, kind, role, description, notes, tags, effective_on, actor } = row;
  const { standing, root_id, reverses_id, reversed_by_id, batch_id, payer, transfer } = row;
  return {
    id,
    account_id,
    seq,
    kind,
    role,
    amount: toMajor(row.amount_minor, currency),
    ...(row.moved_minor !== null && { moved: toMajor(row.moved_minor, currency) }),
    currency,
    postings: viewAmounts(row.postings, currency),
    description,
    notes,
    tags,
    effective_on,
    recorded_at: row.recorded_at.toISOString(),
    actor,
    balance: toMajor(row.balance_minor, currency),
    standing,
    root_id,
    reverses_id,
    reversed_by_id,
    batch_id,
    payer,
    transfer,
  };
}
