import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Problems } from '../http/problems.js';
import { AccessTokens } from './access-tokens.js';
import { Public } from './request-context.js';
import { refused, Sessions } from './sessions.js';
import { RefreshTokenBody, TokenDto, tokenDto } from './token.dto.js';
import { Users } from './users.js';

/** Goes on with a log-in, or ends it. The refresh token itself says who asks. */
@ApiTags('Users')
@Controller('token')
export class RefreshController {
  constructor(
    private readonly sessions: Sessions,
    private readonly users: Users,
    private readonly tokens: AccessTokens,
  ) {}

  /** Exchanges a refresh token for a new pair. */
  @Post('refresh')
  @HttpCode(200)
  @Public()
  @ApiOperation({
    summary: 'Get new tokens',
    description:
      'A refresh token is good once. One that comes again, be it in two requests at the same time, ends the log-in: a copy of it is about. Send one refresh at a time and keep what it answers.',
  })
  @ApiOkResponse({ type: TokenDto })
  @Problems('invalid_grant')
  async refresh(@Body() { refresh_token }: RefreshTokenBody): Promise<TokenDto> {
    const renewed = await this.sessions.renew(refresh_token);
    const user = await this.users.byId(renewed.session.user_id);
    if (user?.password_version !== renewed.session.password_version) {
      await this.sessions.end(renewed.session_id);
      throw refused();
    }
    return tokenDto(this.tokens, user, renewed);
  }

  /** Ends the log-in that a refresh token belongs to. */
  @Post('revoke')
  @HttpCode(204)
  @Public()
  @ApiOperation({
    summary: 'Log out',
    description:
      'Ends the refresh tokens of this log-in (RFC 7009); a token that is unknown is as good as revoked. Access tokens are good until they expire.',
  })
  @ApiNoContentResponse()
  async revoke(@Body() { refresh_token }: RefreshTokenBody): Promise<void> {
    await this.sessions.revoke(refresh_token);
  }
}
