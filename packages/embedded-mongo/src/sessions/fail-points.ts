import { setTimeout as sleep } from 'node:timers/promises';
import type { Reply } from '../bson/codec.js';
import type { Doc } from '../bson/types.js';
import { EngineError, errorNameOf } from '../errors.js';
import type { Connection } from '../wire/request.js';

/** When a fail point takes effect, counted in the requests that it applies to. */
export type FailPointMode =
  /** Until it is switched off. */
  | { readonly kind: 'always' }
  /** Only for the next `count` ones. */
  | { readonly kind: 'times'; readonly count: number }
  /** Always, after `count` ones that it leaves alone. */
  | { readonly kind: 'skip'; readonly count: number };

/** What `failCommand` does to the commands it names. */
export interface FailCommand {
  readonly commands: readonly string[];
  /** Only to clients that said this application name in their hello. */
  readonly appName?: string;
  /** How long to wait before anything else, in milliseconds. */
  readonly blockMs?: number;
  /** Closes the connection instead of running the command. */
  readonly closeConnection: boolean;
  /** Refuses the command with this code instead of running it. */
  readonly errorCode?: number;
  /** The labels of the answer, in place of those that belong to the error. */
  readonly errorLabels?: readonly string[];
  /** Runs the command and adds this to its answer. */
  readonly writeConcernError?: Doc;
}

/** What `onPrimaryTransactionalWrite` does to each statement of a retryable write. */
export interface FailRetryableWrite {
  /** Closes the connection; the statement takes effect all the same. */
  readonly closeConnection: boolean;
  /** Fails the statement with this code, without effect. */
  readonly codeBeforeCommit?: number;
}

/** A fail point that is switched on. */
class Armed<T> {
  private seen = 0;
  /** How often it has taken effect. */
  fired = 0;

  constructor(
    private readonly mode: FailPointMode,
    readonly faults: T,
  ) {}

  /** Whether it takes effect on the request at hand, which it applies to. */
  fires(): boolean {
    this.seen += 1;
    const does = this.isDue();
    if (does) this.fired += 1;
    return does;
  }

  private isDue(): boolean {
    const { mode } = this;
    if (mode.kind === 'times') return this.seen <= mode.count;
    return mode.kind === 'always' || this.seen > mode.count;
  }
}

/**
 * Faults on request, for tests of drivers and of the programs that use them. An engine has them only where it was
 * started with `--test-commands`.
 */
export class FailPoints {
  private command: Armed<FailCommand> | undefined;
  private retryableWrite: Armed<FailRetryableWrite> | undefined;

  /** Replaces what `failCommand` does; `undefined` switches it off. Gives how often what it replaces took effect. */
  failCommand(mode: FailPointMode, faults: FailCommand | undefined): number {
    const fired = this.command?.fired ?? 0;
    this.command = faults && new Armed(mode, faults);
    return fired;
  }

  /** The same for what `onPrimaryTransactionalWrite` does. */
  failRetryableWrite(mode: FailPointMode, faults: FailRetryableWrite | undefined): number {
    const fired = this.retryableWrite?.fired ?? 0;
    this.retryableWrite = faults && new Armed(mode, faults);
    return fired;
  }

  /** Runs before a command does anything: waits, closes its connection or throws, as told. */
  async beforeCommand(name: string, connection: Connection): Promise<void> {
    const faults = this.faultsFor(name, connection, 'before');
    if (faults === undefined) return;
    if (faults.blockMs !== undefined) await sleep(faults.blockMs);
    if (faults.closeConnection) {
      connection.close();
      throw new EngineError('Location50985', "the fail point 'failCommand' closed the connection");
    }
    if (faults.errorCode === undefined) return;
    throw new EngineError(
      errorNameOf(faults.errorCode),
      "Failing command via 'failCommand' failpoint",
      labels(faults),
    );
  }

  /** The answer of a command that succeeded, with what is to be added to it. */
  afterCommand(name: string, connection: Connection, reply: Reply): Reply {
    const faults = this.faultsFor(name, connection, 'after');
    if (faults === undefined) return reply;
    return { ...reply, writeConcernError: faults.writeConcernError, ...labels(faults) };
  }

  /** Runs right before a statement of a retryable write takes effect. */
  beforeRetryableEffect(connection: Connection): void {
    const armed = this.retryableWrite;
    if (armed?.fires() !== true) return;
    const { closeConnection, codeBeforeCommit } = armed.faults;
    if (closeConnection) connection.close();
    if (codeBeforeCommit !== undefined) {
      throw new EngineError(
        errorNameOf(codeBeforeCommit),
        "Failing write due to the fail point 'onPrimaryTransactionalWrite'",
      );
    }
  }

  private faultsFor(
    name: string,
    connection: Connection,
    moment: 'before' | 'after',
  ): FailCommand | undefined {
    const armed = this.command;
    if (armed === undefined) return undefined;
    const { faults } = armed;
    const actsNow = (faults.writeConcernError === undefined) === (moment === 'before');
    if (!actsNow || !faults.commands.includes(name)) return undefined;
    if (faults.appName !== undefined && faults.appName !== appNameOf(connection)) return undefined;
    return armed.fires() ? faults : undefined;
  }
}

/** An empty list takes the labels away: a field that is undefined is left out of the answer. */
function labels({ errorLabels }: FailCommand): Reply {
  if (errorLabels === undefined) return {};
  return { errorLabels: errorLabels.length > 0 ? errorLabels : undefined };
}

function appNameOf(connection: Connection): unknown {
  const application = connection.clientMetadata?.get('application');
  return application instanceof Map ? application.get('name') : undefined;
}
