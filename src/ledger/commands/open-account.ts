import { Body, Controller, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import { AnswersLocation } from '../../http/answer-location.js';
import { Problems } from '../../http/problems.js';
import { IsAmount, IsCalendarDate, IsChoice, IsCurrency, IsFlag, IsName } from '../../http/wire-types.js';
import { Context, type RequestContext } from '../../identity/request-context.js';
import { newId } from '../../kernel/ids.js';
import { ACCOUNT_TYPES, type AccountType } from '../domain/account.js';
import type { OpenAccount as OpenTheAccount } from '../domain/commands.js';
import { AccountView } from '../projections/account-view.js';
import { EXAMPLE_ACCOUNT, exampleEnvelope } from '../projections/examples.js';
import { accountPath } from '../projections/paths.js';
import { accountAnswer } from './account-answer.js';
import { Bookkeeper } from './bookkeeper.js';
import { keptAccount } from './kept-answers.js';
import type { Terms } from './terms.js';

/** A new account. */
export class OpenAccountBody {
  @IsName({ example: 'Everyday', description: "Unique among the household's open accounts" })
  readonly name!: string;

  @IsAmount({ signed: true, optional: true, default: 0, example: 250 })
  readonly opening_balance?: number;

  @IsFlag({
    optional: true,
    default: false,
    example: false,
    description: 'Whether envelopes may fall below 0',
  })
  readonly can_go_negative?: boolean;

  @IsCurrency({ optional: true, description: "The household's currency unless given" })
  readonly currency?: string;

  @IsChoice(ACCOUNT_TYPES, { optional: true, default: 'checking', example: 'checking' })
  readonly account_type?: AccountType;

  @IsAmount({
    optional: true,
    nullable: true,
    example: null,
    description: 'How far the account may be overdrawn; only with can_go_negative',
  })
  readonly credit_limit?: number | null;

  @IsCalendarDate({
    optional: true,
    example: '2026-01-01',
    description: 'When it was opened; today unless given',
  })
  readonly effective_on?: string;
}

/** Opens an account with its whole opening balance in Available. */
export class OpenAccount extends Command<AccountView> {
  constructor(
    readonly context: RequestContext,
    readonly body: OpenAccountBody,
  ) {
    super();
  }
}

@Controller('accounts')
@ApiTags('Accounts')
export class OpenAccountController {
  constructor(private readonly commands: CommandBus) {}

  @Post()
  @ApiOperation({ summary: 'Open an account' })
  @ApiCreatedResponse({
    type: AccountView,
    example: {
      ...EXAMPLE_ACCOUNT,
      balance: 250,
      version: 1,
      envelopes: [exampleEnvelope(0, 250)],
    } satisfies AccountView,
    headers: { Location: { description: 'Where the account is', schema: { type: 'string' } } },
  })
  @AnswersLocation(({ id }: AccountView) => accountPath(id))
  @Problems('name_taken', 'envelope_overdrawn', 'credit_limit_exceeded')
  async open(@Context() context: RequestContext, @Body() body: OpenAccountBody): Promise<AccountView> {
    return this.commands.execute(new OpenAccount(context, body));
  }
}

@CommandHandler(OpenAccount)
export class OpenAccountHandler implements ICommandHandler<OpenAccount> {
  constructor(private readonly bookkeeper: Bookkeeper) {}

  /** @throws Problem as Bookkeeper does. */
  async execute({ context, body }: OpenAccount): Promise<AccountView> {
    const account_id = newId('acc');
    const { household_id } = context;
    const currency = body.currency ?? context.currency;
    const { credit_limit = null } = body;
    const ask = (terms: Terms): OpenTheAccount => ({
      type: 'OpenAccount',
      ...{ account_id, household_id, currency },
      ...terms.money(body),
      name: body.name,
      account_type: body.account_type ?? 'checking',
      opening_balance_minor: terms.minor('opening_balance', body.opening_balance ?? 0),
      can_go_negative: body.can_go_negative ?? false,
      credit_limit_minor: credit_limit === null ? null : terms.minor('credit_limit', credit_limit),
    });
    const answer = keptAccount(accountAnswer);
    return accountAnswer(await this.bookkeeper.open(context, account_id, currency, ask, { answer }));
  }
}
