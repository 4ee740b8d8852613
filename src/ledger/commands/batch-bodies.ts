import type { Type } from '@nestjs/common';

import { IsChoice } from '../../http/wire-types.js';
import type { BatchCommand } from '../domain/commands.js';
import { AdjustmentBody, adjustmentOf } from './adjust-balance.js';
import { DebitBody, debitOf } from './debit.js';
import { DepositBody, depositOf } from './deposit.js';
import { MoveBody, moveOf } from './move.js';
import { PaydayBody, payOf } from './payday.js';
import type { Terms } from './terms.js';
import { TransferBody, transferOf } from './transfer.js';
import { WithdrawalBody, withdrawalOf } from './withdraw.js';

const IsCommand = (command: string) => IsChoice([command], { example: command });

/** A deposit in a batch. */
export class BatchDeposit extends DepositBody {
  @IsCommand('deposit')
  readonly command!: 'deposit';
}

/** Spending in a batch. */
export class BatchDebit extends DebitBody {
  @IsCommand('debit')
  readonly command!: 'debit';
}

/** Cash in a batch. */
export class BatchWithdrawal extends WithdrawalBody {
  @IsCommand('withdrawal')
  readonly command!: 'withdrawal';
}

/** A move in a batch. */
export class BatchMove extends MoveBody {
  @IsCommand('move')
  readonly command!: 'move';
}

/** Pay in a batch. */
export class BatchPayday extends PaydayBody {
  @IsCommand('payday')
  readonly command!: 'payday';
}

/** An adjustment in a batch. */
export class BatchAdjustment extends AdjustmentBody {
  @IsCommand('adjustment')
  readonly command!: 'adjustment';
}

/** A transfer in a batch. */
export class BatchTransfer extends TransferBody {
  @IsCommand('transfer')
  readonly command!: 'transfer';
}

/** What a batch may hold. */
export type BatchItem =
  BatchDeposit | BatchDebit | BatchWithdrawal | BatchMove | BatchPayday | BatchAdjustment | BatchTransfer;

/** The classes of what a batch may hold, by their word. */
export const BATCH_ITEMS: Readonly<Record<BatchItem['command'], Type<BatchItem>>> = {
  deposit: BatchDeposit,
  debit: BatchDebit,
  withdrawal: BatchWithdrawal,
  move: BatchMove,
  payday: BatchPayday,
  adjustment: BatchAdjustment,
  transfer: BatchTransfer,
};

/** What the ledger is asked for by one of them. */
export function commandOf(terms: Terms, item: BatchItem): BatchCommand {
  switch (item.command) {
    case 'deposit':
      return depositOf(terms, item);
    case 'debit':
      return debitOf(terms, item);
    case 'withdrawal':
      return withdrawalOf(terms, item);
    case 'move':
      return moveOf(terms, item);
    case 'payday':
      return payOf(terms, item);
    case 'adjustment':
      return adjustmentOf(terms, item);
    case 'transfer':
      return transferOf(terms, item);
  }
}
