import type { KeyObject } from 'node:crypto';

/** How often something may be tried from one place before 429. */
export interface AttemptLimits {
  /** Wrong passwords for one name from one address in 15 minutes. */
  readonly login_failures_per_name: number;
  /** Wrong passwords from one address in 15 minutes. */
  readonly login_failures_per_address: number;
  /** Sign-ups from one address in an hour. */
  readonly sign_ups_per_address: number;
  /** Look-ups of user names from one address in an hour. */
  readonly name_lookups_per_address: number;
}

/** What identity needs to know from the settings. */
export interface IdentityOptions {
  readonly jwt: {
    readonly key: KeyObject;
    readonly algorithm: 'HS256' | 'HS384' | 'HS512';
    readonly expires_minutes: number;
  };
  /** How long a log-in goes on without a refresh. */
  readonly refresh_expires_days: number;
  readonly limits: AttemptLimits;
}

export const IDENTITY_OPTIONS = Symbol('IDENTITY_OPTIONS');
