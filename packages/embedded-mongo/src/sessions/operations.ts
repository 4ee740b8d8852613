import { EngineError } from '../errors.js';
import { ChangingMap } from '../storage/changing-map.js';
import type { Session } from './session.js';
import type { Transaction } from '../storage/transaction.js';
import type { Waiter } from '../storage/waiting.js';
import type { Request } from '../wire/request.js';

/** The longest time that a timer can be set for, in milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** One command under way. It ends early by `killOp`, by its time limit, with its transaction, and with its client. */
export class Operation implements Waiter {
  /** When it began, in milliseconds of the monotonic clock. */
  readonly began = performance.now();
  /** The logical session that it came in. */
  session: Session | undefined;
  /** The client's transaction that it is a statement of. */
  transaction: Transaction | undefined;
  private killed = false;
  private shutDown = false;
  private deadline = Number.POSITIVE_INFINITY;
  /** Wakes everything that waits in it; hardly any command ever waits. */
  private wakers: Set<() => void> | undefined;

  constructor(
    /** The number that `killOp` takes. */
    readonly opid: number,
    readonly request: Request,
  ) {}

  /** Whether `killOp` has met it; it goes on until it asks next time. */
  get killPending(): boolean {
    return this.killed;
  }

  /** Whether it waits for the end of another's transaction now. */
  get isWaiting(): boolean {
    return this.wakers !== undefined && this.wakers.size > 0;
  }

  /** Ends it after so many milliseconds from its beginning. */
  limitTo(ms: number): void {
    this.deadline = this.began + ms;
  }

  kill(): void {
    this.killed = true;
    for (const wake of this.wakers ?? []) wake();
  }

  /** Ends it because the engine stops. */
  endForShutdown(): void {
    this.shutDown = true;
    this.kill();
  }

  /** Throws Interrupted, MaxTimeMSExpired, or why its transaction was ended. */
  checkInterrupt(): void {
    this.transaction?.checkOpen();
    if (this.shutDown) throw new EngineError('InterruptedAtShutdown', 'interrupted at shutdown');
    if (this.killed) throw new EngineError('Interrupted', 'operation was interrupted');
    if (this.deadline !== Number.POSITIVE_INFINITY && performance.now() >= this.deadline)
      throw new EngineError('MaxTimeMSExpired', 'operation exceeded time limit');
    if (this.request.connection.hasGone) throw new EngineError('ClientDisconnect', 'the client has gone');
  }

  async until(event: Promise<unknown>): Promise<void> {
    this.checkInterrupt();
    const { closed } = this.request.connection;
    const waited = { isOver: false };
    const noteEnd = (): void => {
      waited.isOver = true;
    };
    void event.then(noteEnd, noteEnd);
    let wake = (): void => undefined;
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const left = Math.ceil(this.deadline - performance.now());
    const timer = Number.isFinite(left) ? setTimeout(wake, Math.min(left, LONGEST_TIMER_MS)) : undefined;
    const wakers = (this.wakers ??= new Set());
    wakers.add(wake);
    closed.addEventListener('abort', wake, { once: true });
    try {
      await Promise.race(
        this.transaction === undefined ? [event, woken] : [event, woken, this.transaction.ended],
      );
    } finally {
      clearTimeout(timer);
      wakers.delete(wake);
      closed.removeEventListener('abort', wake);
    }
    this.checkInterrupt();
    // Timers may fire a moment before their time, by this clock.
    if (!waited.isOver) await this.until(event);
  }
}

/** The commands under way, by the numbers that `currentOp` shows. */
export class Operations {
  private readonly running = new ChangingMap<number, Operation>();
  private last = 0;
  private ended = false;

  /** Registers a command; `finish` must follow. */
  begin(request: Request): Operation {
    this.last = (this.last % 0x7fff_ffff) + 1;
    const operation = new Operation(this.last, request);
    this.running.set(operation.opid, operation);
    if (this.ended) operation.endForShutdown();
    return operation;
  }

  finish(operation: Operation): void {
    this.running.delete(operation.opid);
  }

  /** Interrupts a command at the next point where it asks; one that is over is no error. */
  kill(opid: number): void {
    this.running.get(opid)?.kill();
  }

  /** Interrupts all commands, those to come too, because the engine stops. */
  endAll(): void {
    this.ended = true;
    for (const operation of this.running.values()) operation.endForShutdown();
  }

  list(): Operation[] {
    return [...this.running.values()];
  }
}
