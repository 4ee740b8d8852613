import { Injectable } from '@nestjs/common';
import type { CheckedToken, TokenSubject } from './access-tokens.js';

/** How long a token is believed without another check, in milliseconds. */
const BELIEVED_MS = 5_000;
const MAX_KEPT = 10_000;

/**
 * Access tokens that were checked a moment ago, by the whole header that they came in: a client sends the same one with
 * every request. None is believed beyond its own expiry.
 */
@Injectable()
export class VerifiedTokens {
  private readonly kept = new Map<string, { readonly until: number; readonly subject: TokenSubject }>();

  /** Whom a header that was checked a moment ago speaks for. */
  find(header: string | undefined): TokenSubject | undefined {
    const known = header === undefined ? undefined : this.kept.get(header);
    return known && known.until > Date.now() ? known.subject : undefined;
  }

  /** Keeps whom a header speaks for that has just been checked. */
  keep(header: string, token: CheckedToken): void {
    this.kept.delete(header);
    const [oldest] = this.kept.keys();
    if (this.kept.size >= MAX_KEPT && oldest !== undefined) this.kept.delete(oldest);
    this.kept.set(header, { until: Math.min(Date.now() + BELIEVED_MS, token.expires_at), subject: token });
  }
}
