import { Body, Controller, HttpCode, Ip, Post } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { UnreadableBody } from '../http/body.js';
import { Consumes, FORM_TYPE } from '../http/consumes.js';
import { Problems } from '../http/problems.js';
import { Problem } from '../kernel/problem.js';
import { AccessTokens } from './access-tokens.js';
import { LogIn } from './log-in.js';
import { Public } from './request-context.js';
import { Sessions } from './sessions.js';
import { TokenDto, tokenDto } from './token.dto.js';

/** Longer than any name or password there is, in UTF-16 units. */
const MAX_FIELD = 4_096;

/** The form of OAuth 2's password grant (RFC 6749, section 4.3). For the description only; the form is read by hand. */
class PasswordGrantDto {
  @ApiProperty({ enum: ['password'], example: 'password' })
  grant_type!: string;

  @ApiProperty({ example: 'ada' })
  username!: string;

  @ApiProperty({ format: 'password', example: 'correct horse battery staple' })
  password!: string;

  @ApiProperty({ required: false, example: '', description: 'Accepted and ignored, like any other field' })
  scope?: string;

  @ApiProperty({ required: false, example: 'budget-app', description: 'Accepted and ignored' })
  client_id?: string;

  @ApiProperty({ required: false, example: '', description: 'Accepted and ignored' })
  client_secret?: string;
}

/** Log-in, as OAuth 2's password flow has it. */
@ApiTags('Users')
@Controller('token')
export class TokenController {
  constructor(
    private readonly logIn: LogIn,
    private readonly sessions: Sessions,
    private readonly tokens: AccessTokens,
  ) {}

  /** Exchanges name and password for tokens. */
  @Post()
  @HttpCode(200)
  @Public()
  @Consumes(FORM_TYPE)
  @ApiOperation({ summary: 'Log in', description: "OAuth 2's password flow; the answer is never cached." })
  @ApiConsumes(FORM_TYPE)
  @ApiBody({ type: PasswordGrantDto })
  @ApiOkResponse({ type: TokenDto })
  @Problems('invalid_grant', 'too_many_requests')
  async issue(@Body() form: unknown, @Ip() address: string): Promise<TokenDto> {
    const { username, password } = passwordGrant(form);
    const user = await this.logIn.check(username, password, address);
    return tokenDto(this.tokens, user, await this.sessions.begin(user));
  }
}

/** Reads the form. What OAuth doesn't know is ignored, so this is no DTO; the errors are named as OAuth names them. */
function passwordGrant(form: unknown): { username: string; password: string } {
  if (form instanceof UnreadableBody) throw invalid(form);
  const fields = new Map<string, unknown>(Object.entries(form ?? {}));
  const missing = ['grant_type', 'username', 'password'].filter((field) => !fields.get(field));
  if (missing.length > 0) {
    throw invalid({ errors: missing.map((field) => ({ field, message: 'must be given' })) });
  }
  if (fields.get('grant_type') !== 'password') {
    const errors = [{ field: 'grant_type', message: 'must be password' }];
    throw new Problem('invalid_request', { errors, extra: { error: 'unsupported_grant_type' } });
  }
  const [username, password] = [String(fields.get('username')), String(fields.get('password'))];
  const long = [username, password].findIndex((text) => text.length > MAX_FIELD);
  if (long >= 0) {
    const field = long === 0 ? 'username' : 'password';
    throw invalid({ errors: [{ field, message: `must be at most ${MAX_FIELD} characters` }] });
  }
  return { username, password };
}

function invalid(details: ConstructorParameters<typeof Problem>[1]): Problem {
  return new Problem('invalid_request', { ...details, extra: { error: 'invalid_request' } });
}
