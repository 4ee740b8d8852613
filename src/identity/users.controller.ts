import { Body, Controller, Get, Inject, Ip, Param, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Problems } from '../http/problems.js';
import { Attempts, senderKey } from './attempts.js';
import { IDENTITY_OPTIONS, type IdentityOptions } from './options.js';
import { Public } from './request-context.js';
import { ExistsDto, SignUpDto, UserDto, userDto } from './user.dto.js';
import { Users } from './users.js';

const HOUR_SECONDS = 3_600;

/** Sign-up, and what anybody may know about names. */
@ApiTags('Users')
@Controller('users')
export class UsersController {
  private readonly signUps: Attempts;
  private readonly lookUps: Attempts;

  constructor(
    private readonly users: Users,
    @Inject(IDENTITY_OPTIONS) { limits }: IdentityOptions,
  ) {
    this.signUps = new Attempts(limits.sign_ups_per_address, HOUR_SECONDS);
    this.lookUps = new Attempts(limits.name_lookups_per_address, HOUR_SECONDS);
  }

  /** Makes a user with a personal household. */
  @Post('signup')
  @Public()
  @ApiOperation({ summary: 'Sign up', description: 'Makes a user and a personal household.' })
  @ApiCreatedResponse({ type: UserDto })
  @Problems('username_taken', 'email_taken', 'too_many_requests')
  async signUp(@Body() body: SignUpDto, @Ip() address: string): Promise<UserDto> {
    await this.signUps.take(senderKey(address));
    return userDto(await this.users.signUp({ ...body, full_name: body.full_name ?? null }));
  }

  /** Whether a name is taken. */
  @Get('exists/:username')
  @Public()
  @ApiOperation({ summary: 'Ask whether a user name is taken' })
  @ApiOkResponse({ type: ExistsDto })
  @Problems('too_many_requests')
  async exists(@Param('username') username: string, @Ip() address: string): Promise<ExistsDto> {
    await this.lookUps.take(senderKey(address));
    return { exists: await this.users.exists(username) };
  }
}
