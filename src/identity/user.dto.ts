import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { isEmail } from 'class-validator';
import { Field, IsCurrency, IsName, IsTimeZone, type FieldOptions } from '../http/wire-types.js';
import { tidyText } from '../kernel/text.js';
import type { Profile } from './profiles.js';
import type { User } from './user.schema.js';

const USERNAME = /^[\p{L}\p{M}\p{Nd}._-]{3,64}$/u;
const MAX_EMAIL = 254;
const PASSWORD = { min: 10, max: 1_024 };
/** In UTF-16 units, as `POST /token` takes them. */
const MAX_GIVEN_PASSWORD = 4_096;

const Tidy = () =>
  Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? tidyText(value) : value));

function usernameFault(value: unknown): string | null {
  if (typeof value !== 'string') return 'must be a string';
  return USERNAME.test(value) ? null : 'must be 3 to 64 letters, digits, dots, underscores or hyphens';
}

function emailFault(value: unknown): string | null {
  if (typeof value !== 'string') return 'must be a string';
  return value.length <= MAX_EMAIL && isEmail(value) ? null : 'must be an e-mail address';
}

function passwordFault(value: unknown): string | null {
  if (typeof value !== 'string') return 'must be a string';
  const { length } = [...value];
  if (length < PASSWORD.min || length > PASSWORD.max) {
    return `must have ${PASSWORD.min} to ${PASSWORD.max} characters`;
  }
  return /\p{Cs}/u.test(value) ? 'must not hold broken characters' : null;
}

const IsUsername = () =>
  applyDecorators(
    Tidy(),
    Field(
      usernameFault,
      { type: 'string', minLength: 3, maxLength: 64 },
      { description: 'Letters, digits, `.`, `_`, `-`; case makes no difference', example: 'ada' },
    ),
  );

const IsEmailAddress = (options: FieldOptions = {}) =>
  applyDecorators(
    Tidy(),
    Field(
      emailFault,
      { type: 'string', format: 'email', maxLength: MAX_EMAIL },
      { example: 'ada@example.org', ...options },
    ),
  );

const IsNewPassword = () =>
  Field(
    passwordFault,
    { type: 'string', format: 'password', minLength: PASSWORD.min, maxLength: PASSWORD.max },
    { example: 'correct horse battery staple' },
  );

/** The body of a sign-up. */
export class SignUpDto {
  @IsUsername()
  username!: string;

  @IsEmailAddress()
  email!: string;

  @IsNewPassword()
  password!: string;

  @IsName({ optional: true, nullable: true, example: 'Ada Lovelace' })
  full_name?: string | null;
}

/** What of the own profile is to change; what is left out stays. */
export class ChangeProfileDto {
  @IsName({ optional: true, nullable: true, example: 'Ada King', description: 'null takes it away' })
  full_name?: string | null;

  @IsEmailAddress({ optional: true })
  email?: string;

  @IsCurrency({ optional: true, description: 'What new accounts are kept in unless they say otherwise' })
  currency?: string;

  @IsTimeZone({ optional: true, description: 'An IANA name; decides what day "today" is' })
  time_zone?: string;
}

/** The password that is, and the one that is to be. */
export class ChangePasswordDto {
  // What the password was allowed to be once, it may still be.
  @Field(
    (value) =>
      typeof value === 'string' && value !== '' && value.length <= MAX_GIVEN_PASSWORD
        ? null
        : `must have 1 to ${MAX_GIVEN_PASSWORD} characters`,
    { type: 'string', format: 'password', minLength: 1, maxLength: MAX_GIVEN_PASSWORD },
    { example: 'correct horse battery staple' },
  )
  current_password!: string;

  @IsNewPassword()
  new_password!: string;
}

/** A user, as sign-up answers. */
export class UserDto {
  @ApiProperty({ example: 'usr_01kagx3q9sf8krqxfp6ydfn7v2' })
  id!: string;

  @ApiProperty({ example: 'ada' })
  username!: string;

  @ApiProperty({ example: 'ada@example.org' })
  email!: string;

  @ApiProperty({ type: String, nullable: true, example: 'Ada Lovelace' })
  full_name!: string | null;

  @ApiProperty({ description: 'The personal household', example: 'hh_5k9r0d1vw38ktrj6m0c3n4b2ha' })
  household_id!: string;

  @ApiProperty({ format: 'date-time', example: '2026-01-01T08:00:00.000Z' })
  created_at!: string;
}

/** A user with what the personal household has set. */
export class ProfileDto extends UserDto {
  @ApiProperty({ description: 'What new accounts are kept in unless they say otherwise', example: 'USD' })
  currency!: string;

  @ApiProperty({ description: 'Decides what day "today" is', example: 'UTC' })
  time_zone!: string;

  @ApiProperty({ type: 'integer', minimum: 1, example: 1, description: 'Counts the changes, for If-Match' })
  version!: number;
}

/** Whether a user name is taken. */
export class ExistsDto {
  @ApiProperty({ example: true })
  exists!: boolean;
}

export function userDto(user: User): UserDto {
  return {
    id: user._id,
    username: user.username,
    email: user.email,
    full_name: user.full_name,
    household_id: user.personal_household_id,
    created_at: user.created_at.toISOString(),
  };
}

export function profileDto({ user, household }: Profile): ProfileDto {
  const { currency, time_zone } = household;
  return { ...userDto(user), currency, time_zone, version: user.version };
}
