import { toMajor } from '../../kernel/money.js';
import { Problem } from '../../kernel/problem.js';
import type { Refusal } from '../domain/refusals.js';

/** The answer that a refusal of the domain leads to, its amounts in major units of `currency`. */
export function problemOf(refusal: Refusal, currency: string): Problem {
  switch (refusal.code) {
    case 'invalid_request':
      return new Problem(refusal.code, { detail: refusal.detail, errors: refusal.errors });
    case 'envelope_overdrawn': {
      const { code, detail, account_id } = refusal;
      const envelopes = refusal.envelopes.map(({ id, name, short_by_minor }) => ({
        id,
        name,
        short_by: toMajor(short_by_minor, currency),
      }));
      return new Problem(code, { detail, extra: { account_id, envelopes } });
    }
    default: {
      const { code, detail, ...extra } = refusal;
      return new Problem(code, { detail, extra });
    }
  }
}
