import { ApiProperty } from '@nestjs/swagger';

import { findEnvelope } from '../domain/account.js';
import { EnvelopeView, viewEnvelope } from '../projections/account-view.js';
import type { Recorded } from './bookkeeper.js';

const VERSION = { type: 'integer', minimum: 1, example: 9, description: "The account's version" } as const;

/** Envelopes that were added. */
export class EnvelopesAnswer {
  @ApiProperty({ type: [EnvelopeView], description: 'The new ones' })
  readonly envelopes!: readonly EnvelopeView[];

  @ApiProperty(VERSION)
  readonly version!: number;
}

/** An envelope that was changed. */
export class EnvelopeAnswer extends EnvelopeView {
  @ApiProperty(VERSION)
  readonly version!: number;
}

/** The answer to a command for one envelope, which exists. */
export function envelopeAnswer({ account }: Recorded, envelope_id: number): EnvelopeAnswer {
  const envelope = findEnvelope(account, envelope_id);
  if (!envelope) throw new Error(`Account ${account.id} has no envelope ${envelope_id}`);
  return { ...viewEnvelope(envelope, account.currency), version: account.version };
}
