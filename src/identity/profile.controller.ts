import { Body, Controller, Get, HttpCode, Ip, Patch, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { requireVersion } from '../http/conditional.js';
import { givenAnswer, TakesNoKey } from '../http/idempotency.js';
import { Problems } from '../http/problems.js';
import { KeptAnswers } from './kept-answers.js';
import { LogIn } from './log-in.js';
import { Profiles } from './profiles.js';
import { Context, type RequestContext } from './request-context.js';
import { ChangePasswordDto, ChangeProfileDto, ProfileDto, profileDto } from './user.dto.js';

/** What users see and change of themselves. */
@ApiTags('Users')
@Controller('users/me')
export class ProfileController {
  constructor(
    private readonly profiles: Profiles,
    private readonly logIn: LogIn,
    private readonly answers: KeptAnswers,
  ) {}

  /** The caller's own profile. */
  @Get()
  @ApiOperation({ summary: 'Read your profile' })
  @ApiOkResponse({ type: ProfileDto })
  async read(@Context() { user_id }: RequestContext): Promise<ProfileDto> {
    return profileDto(await this.profiles.of(user_id));
  }

  /** Changes the caller's own profile. */
  @Patch()
  @ApiOperation({
    summary: 'Change your profile',
    description: 'Currency and time zone are those of the personal household.',
  })
  @ApiOkResponse({ type: ProfileDto })
  @Problems('email_taken', 'version_conflict')
  async change(@Context() context: RequestContext, @Body() body: ChangeProfileDto): Promise<ProfileDto> {
    const { user_id, if_match } = context;
    const changed = await this.profiles.change(user_id, body, if_match, (session, profile) =>
      this.answers.keep(session, context, givenAnswer(200, profileDto(profile))),
    );
    return profileDto(changed);
  }

  /** Changes the caller's password. A key is passed over: what is kept with one would tell of the passwords. */
  @Post('password')
  @HttpCode(204)
  @TakesNoKey()
  @ApiOperation({
    summary: 'Change your password',
    description: 'Ends every other log-in of yours: its refresh token is no longer good.',
  })
  @ApiNoContentResponse()
  @Problems('wrong_password', 'too_many_requests')
  async changePassword(
    @Context() { user_id, session_id, if_match }: RequestContext,
    @Body() { current_password, new_password }: ChangePasswordDto,
    @Ip() address: string,
  ): Promise<void> {
    const { user } = await this.profiles.of(user_id);
    requireVersion(if_match, user.version);
    await this.logIn.confirm(user, current_password, address);
    await this.profiles.changePassword(user, new_password, session_id);
  }
}
