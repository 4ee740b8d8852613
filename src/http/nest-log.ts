import type { LoggerService } from '@nestjs/common';
import type { Logger } from 'pino';

/** Puts what Nest says into our log, a level lower: its start-up lines are of interest to developers only. */
export class NestLog implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  /** Nest passes the name of the speaker last, a stack before it. */
  private write(
    level: 'trace' | 'debug' | 'warn' | 'error' | 'fatal',
    message: unknown,
    rest: unknown[],
  ): void {
    const context = rest.at(-1);
    const more = rest.slice(0, -1).filter((part) => part !== undefined);
    if (message instanceof Error) this.logger[level]({ err: message, context });
    else this.logger[level]({ context, ...(more.length > 0 && { more }) }, String(message));
  }
}
