import { Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { MongooseModule } from '@nestjs/mongoose';

import { EventStoreModule } from '../event-store/event-store.module.js';
import { Bookkeeper } from './commands/bookkeeper.js';
import { RecordedKinds } from './commands/recorded-kinds.js';
import { OpenAccountController, OpenAccountHandler } from './commands/open-account.js';
import { ChangeAccountController, ChangeAccountHandler } from './commands/change-account.js';
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
import { UndoLastController, UndoLastHandler } from './commands/undo-last.js';
import { UndoTransactionController, UndoTransactionHandler } from './commands/undo-transaction.js';
import { ListAccountsController, ListAccountsHandler } from './queries/list-accounts.js';
import { GetAccountController, GetAccountHandler } from './queries/get-account.js';
import { ListEnvelopesController, ListEnvelopesHandler } from './queries/list-envelopes.js';
import { ListPayersController, ListPayersHandler } from './queries/list-payers.js';
import { ListTransactionsController, ListTransactionsHandler } from './queries/list-transactions.js';
import { GetTransactionController, GetTransactionHandler } from './queries/get-transaction.js';
import { PathInLedger } from './path-in-ledger.js';
import { AccountModel, AccountSchema } from './projections/account-document.js';
import { Accounts } from './projections/accounts.js';
import { LookUps } from './projections/look-ups.js';
import { RegisterModel, RegisterSchema } from './projections/register-row.js';
import { Register } from './projections/register.js';
import { Totals, TotalsModel, TotalsSchema } from './projections/totals.js';

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
    UndoLastController,
    UndoTransactionController,
    ListAccountsController,
    GetAccountController,
    ListEnvelopesController,
    ListPayersController,
    ListTransactionsController,
    GetTransactionController,
  ],
  providers: [
    Accounts,
    Register,
    Totals,
    LookUps,
    Bookkeeper,
    RecordedKinds,
    { provide: APP_INTERCEPTOR, useClass: PathInLedger },
    OpenAccountHandler,
    ChangeAccountHandler,
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
    UndoLastHandler,
    UndoTransactionHandler,
    ListAccountsHandler,
    GetAccountHandler,
    ListEnvelopesHandler,
    ListPayersHandler,
    ListTransactionsHandler,
    GetTransactionHandler,
  ],
  exports: [RecordedKinds],
})
export class LedgerModule {}
