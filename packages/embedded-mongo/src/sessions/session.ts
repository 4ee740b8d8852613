import { Long } from 'bson';
import { decodeDoc, encodeDoc } from '../bson/codec.js';
import { DateTime, type Doc, type Value } from '../bson/types.js';
import { MAX_COMMAND_DEPTH } from '../bson/validate.js';
import { EngineError } from '../errors.js';
import { type Key, prefixOf, RESERVED } from '../storage/keys.js';
import type { Transaction } from '../storage/transaction.js';
import type { View } from '../storage/view.js';
import { StatementResults } from './statement-results.js';

/** Where the records of sessions begin in storage; each key continues with the session's id. */
export const SESSION_RECORDS = prefixOf(0, RESERVED.sessions);

/** The key of a page of a session's answers; the first page is in the session's own record. */
export function pageKey(sessionId: string, page: number): Key {
  const record = SESSION_RECORDS + sessionId;
  if (page === 0) return record;
  return record + Buffer.from([page >>> 24, page >>> 16, page >>> 8, page]).toString('latin1');
}

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
  /**
   * What the statements of the retryable write under way have answered. Once that is on disk it is not kept here: it
   * may be large, and a retry is rare.
   */
  results: StatementResults | undefined;
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
    return pageKey(this.id, 0);
  }

  /** Runs commands that carry a transaction number one after the other: a retry waits for the first try's end. */
  inTurn<T>(run: () => Promise<T> | T): Promise<T> | T {
    const result = this.turn === undefined ? run() : this.turn.then(run);
    if (!(result instanceof Promise)) return result;
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
    this.results = undefined;
  }

  /** The record as BSON: it is written with the change it tells of. */
  encodeRecord(): Uint8Array {
    return this.encode(this.results?.page(0) ?? []);
  }

  /** A page of answers as it is stored; `null` where the session has gone on to another number. */
  encodePage(page: number): Uint8Array | null {
    if (page === 0) return this.encodeRecord();
    const results = this.results?.page(page);
    return results === undefined ? null : this.encode(results);
  }

  /** Restores what an earlier process kept. */
  restore(bytes: Uint8Array): void {
    const record = decodeDoc(bytes);
    this.number = numberOf(record);
    this.state = record.get('committed') === true ? 'committed' : 'retryable write';
  }

  /** Reads back what the statements of the session's present number answered, as far as it is on disk. */
  readResults(view: View): StatementResults {
    const results = new StatementResults();
    for (let page = 0; results.mayGoOn; page += 1) {
      const stored = view.get(pageKey(this.id, page));
      const record = stored && decodeDoc(stored);
      // Pages of an earlier, longer write may still be there.
      if (record === undefined || numberOf(record) !== this.number) break;
      const answers = record.get('results');
      if (!Array.isArray(answers) || answers.length === 0) break;
      results.restore(answers);
    }
    return results;
  }

  private encode(results: Value[]): Uint8Array {
    return encodeDoc(
      new Map<string, Value>([
        ['number', Long.fromBigInt(this.number)],
        ['committed', this.state === 'committed'],
        ['at', new DateTime(BigInt(Date.now()))],
        ['results', results],
      ]),
      MAX_COMMAND_DEPTH,
    );
  }
}

function numberOf(record: Doc): bigint {
  const number = record.get('number');
  if (number instanceof Long) return number.toBigInt();
  throw new Error('damaged session record');
}

/** When a stored record was last written, in milliseconds since 1970. */
export function recordTime(bytes: Uint8Array): number {
  const at = decodeDoc(bytes).get('at');
  return at instanceof DateTime ? Number(at.ms) : 0;
}
