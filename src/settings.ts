import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'dotenv';
import type { AttemptLimits } from './identity/options.js';
import { METRICS_READERS, type MetricsReaders } from './metrics/options.js';
import { SettingReader } from './setting-reader.js';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const JWT_ALGORITHMS = ['HS256', 'HS384', 'HS512'] as const;

/** The service's settings, checked. `.env.example` says what each is for. */
export interface Settings {
  readonly port: number;
  readonly host: string;
  /** The data folder, absolute. */
  readonly data_dir: string;
  /** The connection string of an external MongoDB; null for the embedded engine. */
  readonly database_uri: string | null;
  readonly jwt: {
    /** At least 32 bytes; null to make one and keep it in the data folder. */
    readonly secret: string | null;
    readonly algorithm: (typeof JWT_ALGORITHMS)[number];
    readonly expires_minutes: number;
  };
  /** How long a log-in goes on without a refresh, in days. */
  readonly refresh_expires_days: number;
  readonly log_level: (typeof LOG_LEVELS)[number];
  /** The origins that browsers may call from; `*` for every one, none for CORS off. */
  readonly cors_origins: readonly string[] | '*';
  /** Whether, or for which proxies, `X-Forwarded-For` is believed. */
  readonly trust_proxy: boolean | readonly string[];
  readonly page_sizes: { readonly default_size: number; readonly max_size: number };
  readonly docs: boolean;
  /** Who may read the metrics. */
  readonly metrics: MetricsReaders;
  readonly limits: AttemptLimits;
}

const YEAR_IN_MINUTES = 525_600;
const MANY = 1_000_000_000;

/**
 * Reads the settings from the environment and, for what that leaves out, from a `.env` file. An empty value counts as
 * none.
 * @throws SettingError naming the first setting that is wrong.
 */
export function readSettings(
  environment: Readonly<Record<string, string | undefined>>,
  envFile: string,
): Settings {
  const read = new SettingReader({ ...readEnvFile(envFile), ...withoutEmpty(environment) });
  const database_uri = read.connectionString('DB_CONNECTION_STRING');
  const max_size = read.wholeNumber('PAGE_SIZE_MAX', 200, 1, 1_000);
  return {
    port: read.wholeNumber('PORT', 8000, 0, 65_535),
    host: read.text('HOST') ?? '127.0.0.1',
    data_dir: resolve(read.text('DATA_DIR') ?? './data'),
    database_uri,
    jwt: {
      secret: read.secret('JWT_SECRET_KEY', 32, database_uri !== null),
      algorithm: read.choice('JWT_ALGORITHM', JWT_ALGORITHMS, 'HS256'),
      expires_minutes: read.wholeNumber('JWT_EXPIRES', 30, 1, YEAR_IN_MINUTES),
    },
    refresh_expires_days: read.wholeNumber('REFRESH_EXPIRES', 30, 1, 3_650),
    log_level: read.choice('LOG_LEVEL', LOG_LEVELS, 'info'),
    cors_origins: read.origins('CORS_ORIGINS'),
    trust_proxy: read.proxies('TRUST_PROXY'),
    page_sizes: {
      default_size: read.wholeNumber('PAGE_SIZE_DEFAULT', Math.min(20, max_size), 1, max_size),
      max_size,
    },
    docs: read.flag('DOCS', true),
    metrics: read.choice('METRICS', METRICS_READERS, 'loopback'),
    limits: {
      login_failures_per_name: read.wholeNumber('LOGIN_FAILURES_PER_NAME', 10, 1, MANY),
      login_failures_per_address: read.wholeNumber('LOGIN_FAILURES_PER_ADDRESS', 100, 1, MANY),
      sign_ups_per_address: read.wholeNumber('SIGN_UPS_PER_ADDRESS', 100, 1, MANY),
      name_lookups_per_address: read.wholeNumber('NAME_LOOKUPS_PER_ADDRESS', 300, 1, MANY),
    },
  };
}

function readEnvFile(path: string): Record<string, string | undefined> {
  try {
    return withoutEmpty(parse(readFileSync(path)));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
}

function withoutEmpty(
  values: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value?.trim()));
}
