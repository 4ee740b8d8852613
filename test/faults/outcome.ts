import type { Answered } from './caller.js';
import type { Asked } from './commands.js';

/** Rules that commands of several writers may meet: one undoes what another one was about to undo or redo. */
const FORESEEN: ReadonlySet<unknown> = new Set(['already_reversed', 'not_undone', 'nothing_to_redo']);

/** What became of a command that was sent. */
export type Fate = 'acknowledged' | 'refused' | 'unknown';

/** What became of all commands that were sent, by their descriptions, which are unique. */
export class Outcome {
  /** Everything that was ever sent. */
  readonly sent = new Map<string, Asked>();
  /** Answered 201: the description, and the id of the transaction that the answer names. */
  readonly acknowledged = new Map<string, string>();
  /** Answered that a rule is against it. */
  readonly refused = new Set<string>();
  /** Never answered, or answered 503, for the time being or for good. */
  readonly unknown = new Set<string>();
  /** Answers that nobody may give, in words. */
  readonly surprises: string[] = [];
  /** How often a key was found to have been used, and how often an answer was 503. */
  replays = 0;
  unavailable = 0;

  /** Notes an answer, or that none came. */
  take(description: string, answer: Answered | undefined): Fate {
    this.unknown.delete(description);
    if (answer?.status === 201) {
      const { transaction } = answer.body as { transaction: { id: string } };
      this.acknowledged.set(description, transaction.id);
      if (answer.isReplay) this.replays += 1;
      return 'acknowledged';
    }
    if (answer?.status === 409 && FORESEEN.has(answer.body['code'])) {
      this.refused.add(description);
      return 'refused';
    }
    this.unknown.add(description);
    if (answer?.status === 503) this.unavailable += 1;
    if (answer && !isPassing(answer)) {
      this.surprises.push(`${description}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    return 'unknown';
  }
}

function isPassing({ status, body, retryAfter }: Answered): boolean {
  const foreseen = status === 503 || (status === 409 && body['code'] === 'idempotency_in_flight');
  return foreseen && retryAfter !== undefined;
}
