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

  issue({ user_id, household_id }: TokenSubject): string {
    return this.jwt.sign({ sub: user_id, household_id, typ: ACCESS });
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
  override validate(claims: Readonly<Record<string, unknown>>): TokenSubject | false {
    const { sub, household_id, typ, exp } = claims;
    const ours =
      typ === ACCESS && typeof exp === 'number' && isIdOf('usr', sub) && isIdOf('hh', household_id);
    return ours ? { user_id: sub, household_id } : false;
  }
}
