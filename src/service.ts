import { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { AppModule } from './app.module.js';
import type { ServiceDatabase } from './database/opening.js';
import { databaseUnavailable } from './database/unavailable.js';
import { NestLog } from './http/nest-log.js';
import { serveDocs } from './http/open-api.js';
import { ProblemFilter } from './http/problem-filter.js';
import { createServer } from './http/server.js';
import { RequestMeter } from './metrics/request-meter.js';
import { signingKey } from './identity/signing-key.js';
import type { Settings } from './settings.js';

/** How long requests in flight have to finish when the service stops, in milliseconds. */
const FINISH_MS = 10_000;
/** How long the application may take to close after that. A database that ended first can keep its driver waiting. */
const CLOSE_MS = 5_000;
const SWEEP_MS = 50;

/** The service, running. */
export interface Service {
  /** Where it is found, for a person: `http://localhost:8000`. */
  readonly url: string;
  /** Which database it runs on, for a person. */
  readonly database: string;
  /** Finishes the requests in flight, then closes the database's connection, then stops the engine. */
  stop(): Promise<void>;
}

/** Starts the application and the server on a database. The database is stopped again if they fail. */
export async function startService(
  settings: Settings,
  logger: Logger,
  opening: Promise<ServiceDatabase>,
): Promise<Service> {
  const database = await opening;
  try {
    const app = await createApplication(settings, database.uri, logger);
    try {
      await app.listen(settings.port, settings.host);
    } catch (error) {
      await app.close();
      throw error;
    }
    return {
      url: urlOf(app, settings.host),
      database: database.name,
      stop: () => stop(app, database, logger),
    };
  } catch (error) {
    await database.stop();
    throw error;
  }
}

async function createApplication(
  settings: Settings,
  database_uri: string,
  logger: Logger,
): Promise<NestFastifyApplication> {
  const { jwt, refresh_expires_days, page_sizes, limits, trust_proxy, cors_origins } = settings;
  const key = await signingKey(jwt.secret, settings.data_dir);
  const problems = new ProblemFilter(databaseUnavailable);
  const trustProxy = typeof trust_proxy === 'boolean' ? trust_proxy : [...trust_proxy];
  const metrics = { readers: settings.metrics, registry: new Registry() };
  const meter = settings.metrics === 'off' ? undefined : new RequestMeter(metrics.registry);
  const identity = { jwt: { ...jwt, key }, refresh_expires_days, limits };
  const root = AppModule.register({ database_uri, page_sizes, identity, metrics });
  const app = await NestFactory.create<NestFastifyApplication>(
    root,
    createServer({ logger, problems, trustProxy, onAnswer: meter?.answered.bind(meter) }),
    { bodyParser: false, abortOnError: false, logger: new NestLog(logger) },
  );
  app.useGlobalFilters(problems);
  if (cors_origins.length > 0) {
    app.enableCors({
      origin: cors_origins === '*' ? '*' : [...cors_origins],
      methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      exposedHeaders: ['etag', 'idempotency-hit', 'location', 'retry-after', 'x-request-id'],
      maxAge: 600,
    });
  }
  if (settings.docs) serveDocs(app, version(), page_sizes);
  return app;
}

async function stop(app: NestFastifyApplication, database: ServiceDatabase, logger: Logger): Promise<void> {
  const server = app.getHttpServer();
  // A connection whose last request has just been answered would be kept for the next one, which never comes.
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  const limit = setTimeout(() => server.closeAllConnections(), FINISH_MS);
  const overdue = new AbortController();
  try {
    const late = pause(FINISH_MS + CLOSE_MS, true, { signal: overdue.signal });
    const closed = app.close().then(() => false);
    if (await Promise.race([closed, late])) logger.warn('the application did not close in time');
  } finally {
    overdue.abort();
    clearInterval(sweep);
    clearTimeout(limit);
    await database.stop();
  }
}

function urlOf(app: NestFastifyApplication, host: string): string {
  const address = app.getHttpServer().address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  if (['127.0.0.1', '0.0.0.0', '::', '::1', 'localhost'].includes(host)) return `http://localhost:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function version(): string {
  const own = createRequire(import.meta.url)('../package.json') as { version: string };
  return own.version;
}
