import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { MongooseModule } from '@nestjs/mongoose';

import { EventStoreModule } from '../event-store/event-store.module.js';
import { Bookkeeper } from './commands/bookkeeper.js';
import { RecordedKinds } from './commands/recorded-kinds.js';
import { OpenAccountController, OpenAccountHandler } from './commands/open-account.js';
import { ChangeAccountController, ChangeAccountHandler } from './commands/change-account.js';
import { CloseAccountController, CloseAccountHandler } from './commands/close-account.js';
import { ReopenAccountController, ReopenAccountHandler } from './commands/reopen-account.js';
import { AddEnvelopesController, AddEnvelopesHandler } from './commands/add-envelopes.js';
import { RenameEnvelopeController, RenameEnvelopeHandler } from './commands/rename-envelope.js';
import { ArchiveEnvelopeController, ArchiveEnvelopeHandler } from './commands/archive-envelope.js';
import { RestoreEnvelopeController, RestoreEnvelopeHandler } from './commands/restore-envelope.js';
import { AddPayerController, AddPayerHandler } from './commands/add-payer.js';
import { ChangePayerController, ChangePayerHandler } from './commands/change-payer.js';
import { RemovePayerController, RemovePayerHandler } from './commands/remove-payer.js';
import { DepositController, DepositHandler } from './commands/deposit.js';
import { DebitController, DebitHandler } from './commands/debit.js';
import { WithdrawController, WithdrawHandler } from './commands/withdraw.js';
import { MoveController, MoveHandler } from './commands/move.js';
import { PaydayController, PaydayHandler } from './commands/payday.js';
import { AdjustBalanceController, AdjustBalanceHandler } from './commands/adjust-balance.js';
import { TransferController, TransferHandler } from './commands/transfer.js';
import {
  AnnotateTransactionController,
  AnnotateTransactionHandler,
} from './commands/annotate-transaction.js';
import { UndoLastController, UndoLastHandler } from './commands/undo-last.js';
import { UndoTransactionController, UndoTransactionHandler } from './commands/undo-transaction.js';
import { RedoLastController, RedoLastHandler } from './commands/redo-last.js';
import { RedoTransactionController, RedoTransactionHandler } from './commands/redo-transaction.js';
import { RecordBatchController, RecordBatchHandler } from './commands/record-batch.js';
import { UndoBatchController, UndoBatchHandler } from './commands/undo-batch.js';
import { RedoBatchController, RedoBatchHandler } from './commands/redo-batch.js';
import { ListAccountsController, ListAccountsHandler } from './queries/list-accounts.js';
import { GetAccountController, GetAccountHandler } from './queries/get-account.js';
import { ListEnvelopesController, ListEnvelopesHandler } from './queries/list-envelopes.js';
import { ListPayersController, ListPayersHandler } from './queries/list-payers.js';
import { ListTransactionsController, ListTransactionsHandler } from './queries/list-transactions.js';
import { GetTransactionController, GetTransactionHandler } from './queries/get-transaction.js';
import {
  ListEnvelopeTransactionsController,
  ListEnvelopeTransactionsHandler,
} from './queries/list-envelope-transactions.js';
import { ListEventsController, ListEventsHandler } from './queries/list-events.js';
import { VerifyAccountController, VerifyAccountHandler } from './queries/verify-account.js';
import { PathInLedger } from './path-in-ledger.js';
import { AccountModel, AccountSchema } from './projections/account-document.js';
import { Accounts } from './projections/accounts.js';
import { Batches } from './projections/batches.js';
import { EffectiveOrder } from './projections/effective-order.js';
import { LookUps } from './projections/look-ups.js';
import { PastAccounts } from './projections/past-accounts.js';
import { RegisterPages } from './projections/register-pages.js';
import { RegisterModel, RegisterSchema } from './projections/register-row.js';
import { Register } from './projections/register.js';
import { Totals, TotalsModel, TotalsSchema } from './projections/totals.js';
import { Verification } from './projections/verification.js';

/** Accounts, envelopes, money and undo. */
@Module({
  imports: [
    CqrsModule,
    EventStoreModule,
    MongooseModule.forFeature([
      { name: AccountModel.name, schema: AccountSchema },
      { name: RegisterModel.name, schema: RegisterSchema },
      { name: TotalsModel.name, schema: TotalsSchema },
    ]),
  ],
  controllers: [
    OpenAccountController,
    ChangeAccountController,
    CloseAccountController,
    ReopenAccountController,
    AddEnvelopesController,
    RenameEnvelopeController,
    ArchiveEnvelopeController,
    RestoreEnvelopeController,
    AddPayerController,
    ChangePayerController,
    RemovePayerController,
    DepositController,
    DebitController,
    WithdrawController,
    MoveController,
    PaydayController,
    AdjustBalanceController,
    TransferController,
    AnnotateTransactionController,
    UndoLastController,
    UndoTransactionController,
    RedoLastController,
    RedoTransactionController,
    RecordBatchController,
    UndoBatchController,
    RedoBatchController,
    ListAccountsController,
    GetAccountController,
    ListEnvelopesController,
    ListPayersController,
    ListTransactionsController,
    GetTransactionController,
    ListEnvelopeTransactionsController,
    ListEventsController,
    VerifyAccountController,
  ],
  providers: [
    Accounts,
    Register,
    Totals,
    Batches,
    LookUps,
    EffectiveOrder,
    PastAccounts,
    RegisterPages,
    Verification,
    Bookkeeper,
    RecordedKinds,
    PathInLedger,
    OpenAccountHandler,
    ChangeAccountHandler,
    CloseAccountHandler,
    ReopenAccountHandler,
    AddEnvelopesHandler,
    RenameEnvelopeHandler,
    ArchiveEnvelopeHandler,
    RestoreEnvelopeHandler,
    AddPayerHandler,
    ChangePayerHandler,
    RemovePayerHandler,
    DepositHandler,
    DebitHandler,
    WithdrawHandler,
    MoveHandler,
    PaydayHandler,
    AdjustBalanceHandler,
    TransferHandler,
    AnnotateTransactionHandler,
    UndoLastHandler,
    UndoTransactionHandler,
    RedoLastHandler,
    RedoTransactionHandler,
    RecordBatchHandler,
    UndoBatchHandler,
    RedoBatchHandler,
    ListAccountsHandler,
    GetAccountHandler,
    ListEnvelopesHandler,
    ListPayersHandler,
    ListTransactionsHandler,
    GetTransactionHandler,
    ListEnvelopeTransactionsHandler,
    ListEventsHandler,
    VerifyAccountHandler,
  ],
  exports: [PathInLedger, RecordedKinds],
})
export class LedgerModule {}
