import { Injectable, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

import { PathFirst } from '../http/path-first.js';
import { requesterOf } from '../identity/request-context.js';
import { isIdOf } from '../kernel/ids.js';
import { Problem } from '../kernel/problem.js';
import type { AccountDocument } from './projections/account-document.js';
import { Accounts } from './projections/accounts.js';
import { Batches } from './projections/batches.js';
import { Register } from './projections/register.js';

/** What a path below `/accounts/:account_id` or `/batches/:batch_id` may name. */
interface LedgerPath {
  readonly account_id?: string;
  readonly envelope_id?: string;
  readonly payer_id?: string;
  readonly tx_id?: string;
  readonly batch_id?: string;
}

/** Answers an account, envelope, payer, transaction or batch that is missing from the path before an invalid request. */
@Injectable()
export class PathInLedger extends PathFirst {
  constructor(
    private readonly accounts: Accounts,
    private readonly register: Register,
    private readonly batches: Batches,
  ) {
    super();
  }

  protected async requirePath(execution: ExecutionContext): Promise<void> {
    const request = execution.switchToHttp().getRequest<FastifyRequest<{ Params: LedgerPath }>>();
    const { account_id, envelope_id, payer_id, tx_id, batch_id } = request.params;
    if (batch_id !== undefined) return this.requireBatch(request, batch_id);
    if (account_id === undefined) return;
    if (!isIdOf('acc', account_id)) throw new Problem('not_found');
    const requester = requesterOf(request);
    if (!requester) return;
    const account = await this.accounts.require(requester.household_id, account_id);
    const present =
      isAmong(account.envelopes, envelope_id) &&
      isAmong(account.payers, payer_id) &&
      (await this.hasTransaction(account, tx_id));
    if (!present) throw new Problem('not_found');
  }

  private async requireBatch(request: FastifyRequest, batch_id: string): Promise<void> {
    const requester = requesterOf(request);
    if (!requester) return;
    const present = isIdOf('bat', batch_id) && (await this.batches.exists(requester.household_id, batch_id));
    if (!present) throw new Problem('not_found');
  }

  private async hasTransaction(account: AccountDocument, tx_id: string | undefined): Promise<boolean> {
    if (tx_id === undefined) return true;
    return isIdOf('tx', tx_id) && (await this.register.row(null, account, tx_id)) !== null;
  }
}

const isAmong = (things: readonly { readonly id: number }[], id: string | undefined): boolean =>
  id === undefined || things.some((thing) => String(thing.id) === id);
