import { Int32, Long } from 'bson';
import { decodeDoc, encodeDoc } from '../bson/codec.js';
import { DateTime, type Doc, type Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { type Key, prefixOf, RESERVED } from '../storage/keys.js';
import type { Transaction } from '../storage/transaction.js';

/** Where the records of sessions begin in storage; each key continues with the session's id. */
export const SESSION_RECORDS = prefixOf(0, RESERVED.sessions);

/** What became of the session's current transaction number. */
export type NumberState = 'none' | 'retryable write' | 'in progress' | 'committed' | 'aborted';

/**
 * A logical session: its newest transaction number, and what is known of it. That a transaction was committed, and
 * what each statement of a retryable write answered, is also kept on disk, with the data.
 */
export class Session {
  number = -1n;
  state: NumberState = 'none';
  transaction: Transaction | undefined;
  /** When the open transaction began, in milliseconds of the monotonic clock. */
  transactionBegan = 0;
  /** Whether a statement of the open transaction asked for durable data only. */
  results = new Map<number, Doc>();
  lastUse = 0;
  /** The sequence at which the last commit was published. */
  commitSequence = 0;
  /** The last command that has not ended yet. */
  private turn: Promise<void> | undefined;

  constructor(
    /** The session id's bytes, as a latin1 string. */
    readonly id: string,
  ) {}

  get recordKey(): Key {
    return SESSION_RECORDS + this.id;
  }

  /** Runs commands that carry a transaction number one after the other: a retry waits for the first try's end. */
  inTurn<T>(run: () => Promise<T>): Promise<T> {
    const result = this.turn === undefined ? run() : this.turn.then(run);
    const ended = (): void => {
      if (this.turn === turn) this.turn = undefined;
    };
    const turn = result.then(ended, ended);
    this.turn = turn;
    return result;
  }

  /** Takes the session to a newer number; an open transaction of the old one is given up. Throws on an older one. */
  advanceTo(number: bigint, state: NumberState): void {
    if (number < this.number) {
      throw new EngineError(
        'TransactionTooOld',
        `Cannot start transaction with txnNumber ${String(number)} because a newer transaction with txnNumber ${String(this.number)} has already started on this session.`,
      );
    }
    this.transaction?.end();
    this.transaction = undefined;
    this.number = number;
    this.state = state;
    this.results = new Map();
  }

  /** The record as BSON: it is written with the change it tells of. */
  encodeRecord(): Uint8Array {
    const results = [...this.results].map(([statement, result]): Value[] => [new Int32(statement), result]);
    return encodeDoc(
      new Map<string, Value>([
        ['number', Long.fromBigInt(this.number)],
        ['committed', this.state === 'committed'],
        ['at', new DateTime(BigInt(Date.now()))],
        ['results', results],
      ]),
    );
  }

  /** Restores what an earlier process kept. */
  restore(bytes: Uint8Array): void {
    const record = decodeDoc(bytes);
    const number = record.get('number');
    const results = record.get('results');
    if (!(number instanceof Long) || !Array.isArray(results)) throw new Error('damaged session record');
    this.number = number.toBigInt();
    this.state = record.get('committed') === true ? 'committed' : 'retryable write';
    for (const entry of results) {
      const [statement, result] = entry as [Int32, Doc];
      this.results.set(statement.value, result);
    }
  }
}

/** When a stored record was last written, in milliseconds since 1970. */
export function recordTime(bytes: Uint8Array): number {
  const at = decodeDoc(bytes).get('at');
  return at instanceof DateTime ? Number(at.ms) : 0;
}
