import { ApiProperty } from '@nestjs/swagger';
import { Field } from '../http/wire-types.js';
import type { AccessTokens } from './access-tokens.js';
import type { OpenSession } from './sessions.js';
import type { User } from './user.schema.js';

const EXAMPLE_REFRESH_TOKEN = 'rt_Zk3rJ0yWm1q7T5uXvA9bCg.s1Hn4dQkLr8wYb2oVx6tEJm0pZc3fUa7iKgRqTyXeNM';
/** Longer than any refresh token, in UTF-16 units. */
const MAX_TOKEN = 512;

/** An access token, and what it is renewed with. */
export class TokenDto {
  @ApiProperty({
    description: 'Sent as `Authorization: Bearer …`',
    example: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c3JfMDFrYWd4In0.c2lnbmF0dXJl',
  })
  access_token!: string;

  @ApiProperty({ enum: ['bearer'], example: 'bearer' })
  token_type!: 'bearer';

  @ApiProperty({ description: 'How long the token is good for, in seconds', example: 1800 })
  expires_in!: number;

  @ApiProperty({
    description: 'Good once, for `POST /token/refresh`, which answers with the next one',
    example: EXAMPLE_REFRESH_TOKEN,
  })
  refresh_token!: string;
}

/** The body of a refresh, and of a revocation. */
export class RefreshTokenBody {
  @Field(
    (value) => {
      if (typeof value !== 'string' || value === '') return 'must be a refresh token';
      return value.length > MAX_TOKEN ? `must be at most ${MAX_TOKEN} characters` : null;
    },
    { type: 'string', minLength: 1, maxLength: MAX_TOKEN },
    { example: EXAMPLE_REFRESH_TOKEN },
  )
  refresh_token!: string;
}

/** The answer that gives a user the tokens of a session. */
export function tokenDto(tokens: AccessTokens, user: User, session: OpenSession): TokenDto {
  const { session_id, refresh_token } = session;
  const { _id: user_id, personal_household_id: household_id } = user;
  const access_token = tokens.issue({ user_id, household_id, session_id });
  return { access_token, token_type: 'bearer', expires_in: tokens.lifetime, refresh_token };
}
