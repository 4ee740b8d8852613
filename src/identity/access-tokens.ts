import { Inject, Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { isIdOf } from '../kernel/ids.js';
import { IDENTITY_OPTIONS, type IdentityOptions } from './options.js';

/** The `typ` claim of an access token, so that no other token of ours passes for one. */
const ACCESS = 'access';

/** Who an access token speaks for. */
export interface TokenSubject {
  readonly user_id: string;
  /** The user's personal household. */
  readonly household_id: string;
  /** The log-in that the token belongs to; null when the token doesn't say. */
  readonly session_id: string | null;
}

/** Whom a checked token speaks for, and until when. */
export interface CheckedToken extends TokenSubject {
  /** In milliseconds since 1970. */
  readonly expires_at: number;
}

/** Issues access tokens. */
@Injectable()
export class AccessTokens {
  /** How long a token is good for, in seconds. */
  readonly lifetime: number;

  constructor(
    private readonly jwt: JwtService,
    @Inject(IDENTITY_OPTIONS) options: IdentityOptions,
  ) {
    this.lifetime = options.jwt.expires_minutes * 60;
  }

  issue({ user_id, household_id, session_id }: TokenSubject): string {
    return this.jwt.sign({ sub: user_id, household_id, sid: session_id, typ: ACCESS });
  }
}

/** Checks the bearer token of a request: our key, our algorithm, our kind of token, not expired. */
@Injectable()
export class AccessTokenStrategy extends PassportStrategy(Strategy, 'jwt') {
  constructor(@Inject(IDENTITY_OPTIONS) { jwt }: IdentityOptions) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      // The library passes the key on to jsonwebtoken, which takes a KeyObject; only the types don't say so.
      secretOrKey: jwt.key as unknown as Buffer,
      algorithms: [jwt.algorithm],
    });
  }

  /** Called with the claims of a token whose signature is right and which has not expired. */
  override validate(claims: Readonly<Record<string, unknown>>): CheckedToken | false {
    const { sub, household_id, sid = null, typ, exp } = claims;
    if (typ !== ACCESS || typeof exp !== 'number') return false;
    if (!isIdOf('usr', sub) || !isIdOf('hh', household_id)) return false;
    if (sid !== null && typeof sid !== 'string') return false;
    return { user_id: sub, household_id, session_id: sid, expires_at: exp * 1_000 };
  }
}
