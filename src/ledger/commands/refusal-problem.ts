import { toMajor } from '../../kernel/money.js';
import { Problem } from '../../kernel/problem.js';
import type { Refused } from '../domain/refusals.js';

/**
 * The answer that a refusal of the domain leads to: amounts in major units of the currency beside them, and `index` for
 * the command of a batch that is in the way.
 */
export function problemOf({ refusal, index }: Refused): Problem {
  const place = index === undefined ? {} : { index };
  switch (refusal.code) {
    case 'invalid_request': {
      const { code, detail, errors } = refusal;
      return new Problem(code, { detail, errors, extra: place });
    }
    case 'envelope_overdrawn': {
      const { code, detail, account_id, currency } = refusal;
      const envelopes = refusal.envelopes.map(({ id, name, short_by_minor }) => ({
        id,
        name,
        short_by: toMajor(short_by_minor, currency),
      }));
      return new Problem(code, { detail, extra: { ...place, account_id, currency, envelopes } });
    }
    default: {
      const { code, detail, ...extra } = refusal;
      return new Problem(code, { detail, extra: { ...place, ...extra } });
    }
  }
}
