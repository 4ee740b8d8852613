import { Module, type DynamicModule, type FactoryProvider, type Type } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { MongooseModule } from '@nestjs/mongoose';
import { PassportModule } from '@nestjs/passport';
import { AccessGuard } from './access.guard.js';
import { AccessTokens, AccessTokenStrategy } from './access-tokens.js';
import { Household, HouseholdSchema } from './household.schema.js';
import type { KeptAnswers } from './kept-answers.js';
import { LogIn } from './log-in.js';
import { Membership, MembershipSchema } from './membership.schema.js';
import { Memberships } from './memberships.js';
import { IDENTITY_OPTIONS, type IdentityOptions } from './options.js';
import { Passwords } from './passwords.js';
import { Profiles } from './profiles.js';
import { ProfileController } from './profile.controller.js';
import { RefreshController } from './refresh.controller.js';
import { Session, SessionSchema } from './session.schema.js';
import { Sessions } from './sessions.js';
import { TokenController } from './token.controller.js';
import { User, UserSchema } from './user.schema.js';
import { UsersController } from './users.controller.js';
import { Users } from './users.js';
import { VerifiedTokens } from './verified-tokens.js';

/** Where the answers to keyed writes are kept. */
export interface AnswerStore {
  /** The module that has what the provider needs. */
  readonly from: Type;
  readonly provider: FactoryProvider<KeptAnswers>;
}

/** Who users are, which household a request is about, and the guard that stands before every other route. */
@Module({})
export class IdentityModule {
  static register(options: IdentityOptions, answers: AnswerStore): DynamicModule {
    const { key, algorithm, expires_minutes } = options.jwt;
    return {
      module: IdentityModule,
      imports: [
        answers.from,
        PassportModule,
        JwtModule.register({
          secret: key,
          signOptions: { algorithm, expiresIn: expires_minutes * 60 },
          verifyOptions: { algorithms: [algorithm] },
        }),
        MongooseModule.forFeature([
          { name: User.name, schema: UserSchema },
          { name: Household.name, schema: HouseholdSchema },
          { name: Membership.name, schema: MembershipSchema },
          { name: Session.name, schema: SessionSchema },
        ]),
      ],
      controllers: [UsersController, ProfileController, TokenController, RefreshController],
      providers: [
        answers.provider,
        { provide: IDENTITY_OPTIONS, useValue: options },
        { provide: APP_GUARD, useClass: AccessGuard },
        AccessTokens,
        AccessTokenStrategy,
        LogIn,
        Memberships,
        Passwords,
        Profiles,
        Sessions,
        Users,
        VerifiedTokens,
      ],
    };
  }
}
