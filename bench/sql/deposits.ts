import { Body, Controller, Param, Post } from '@nestjs/common';
import pg from 'pg';

import { POST_DEPOSIT } from './schema.js';
import { servicePart, type DepositFields, type Requester } from './service-parts.js';

const { DepositBody } = await servicePart('ledger/commands/deposit.js');
const { Context } = await servicePart('identity/request-context.js');
const { newId } = await servicePart('kernel/ids.js');
const { dateInTimeZone } = await servicePart('kernel/dates.js');
const { Problem } = await servicePart('kernel/problem.js');

/** Minor units in a unit of the currency that the bench posts in. */
const MINOR = 100;

/** A row of the posting function; PostgreSQL's bigints come as text. */
interface Posted {
  readonly version: string;
  readonly balance_minor: string;
  readonly currency: string;
  readonly envelope_name: string;
  readonly envelope_archived: boolean;
  readonly envelope_balance_minor: string;
}

const pool = new pg.Pool({
  connectionString: process.env['BENCH_SQL_URI'],
  max: Number(process.env['BENCH_SQL_POOL']),
});

/** Deposits through PostgreSQL. */
@Controller('bench/sql/accounts')
export class SqlDeposits {
  /** @throws Problem `not_found` without such an account or open envelope. */
  @Post(':account_id/deposits')
  // The pipe that checks bodies reads their class from here; this program is compiled without the metadata.
  @Reflect.metadata('design:paramtypes', [Object, String, DepositBody])
  async deposit(
    @Context() requester: Requester,
    @Param('account_id') account_id: string,
    @Body() body: DepositFields,
  ): Promise<object> {
    const [id, now] = [newId('tx'), new Date()];
    const { envelope_id = 0, amount, description = '' } = body;
    const effective_on = body.effective_on ?? dateInTimeZone(now, requester.time_zone);
    const { household_id, user_id } = requester;
    const place = [id, household_id, account_id, envelope_id];
    const values = [...place, Math.round(amount * MINOR), description, effective_on, now, user_id];
    const { rows } = await pool.query<Posted>({ ...POST_DEPOSIT, values });
    const [posted] = rows;
    if (!posted) throw new Problem('not_found');
    const own = { id, account_id, description, effective_on, recorded_at: now };
    return answerOf(own, { envelope_id, amount }, requester, posted);
  }
}

/** What a transaction says by itself. */
interface Own {
  readonly id: string;
  readonly account_id: string;
  readonly description: string;
  readonly effective_on: string;
  readonly recorded_at: Date;
}

/** An answer of the same shape and size as the ledger's. */
function answerOf(
  own: Own,
  posting: { readonly envelope_id: number; readonly amount: number },
  { user_id, username }: Requester,
  posted: Posted,
): object {
  const [balance, version] = [Number(posted.balance_minor) / MINOR, Number(posted.version)];
  const { envelope_name: name, envelope_archived: archived } = posted;
  const envelope = {
    id: posting.envelope_id,
    name,
    balance: Number(posted.envelope_balance_minor) / MINOR,
    archived,
  };
  return {
    transaction: {
      seq: version,
      kind: 'deposit',
      role: 'root',
      amount: posting.amount,
      currency: posted.currency,
      postings: [posting],
      notes: '',
      tags: [],
      actor: { id: user_id, username },
      balance,
      standing: true,
      root_id: own.id,
      reverses_id: null,
      reversed_by_id: null,
      batch_id: null,
      payer: null,
      transfer: null,
      ...own,
    },
    balance,
    envelopes: [envelope],
    version,
  };
}
