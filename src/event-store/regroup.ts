import { Problem } from '../kernel/problem.js';
import { CommitUnknown } from './confirm-commit.js';
import {
  AccountKeyTaken,
  DocumentMissed,
  IdempotencyKeyUsed,
  isPassing,
  isNobodysFault,
} from './conflicts.js';
import type { Unit, Waiting } from './waiting-line.js';

/** A command that may come with an idempotency key. */
export interface Regroupable extends Waiting {
  readonly record_id?: string | undefined;
}

/** What a look at the database after a failed attempt has shown. */
export interface Found {
  /** Keys of the accounts that are not as they were decided on. */
  readonly changed: ReadonlySet<string>;
  /** Ids of the idempotency records that are there. */
  readonly used: ReadonlySet<string>;
}

/** What becomes of the commands of a failed attempt: each is refused for good or goes again. */
export interface Regrouped<Item extends Regroupable> {
  readonly refused: readonly { readonly item: Item; readonly error: unknown }[];
  readonly units: readonly Unit<Item>[];
}

/** How long commands go again from their first failed attempt on, and how long they pause in between, at most. */
const PATIENCE_MS = 10_000;
const FIRST_WAIT_MS = 5;
const LONGEST_WAIT_MS = 400;
/**
 * How long commands pause at most whose accounts another process has changed. It is at work on them still, as a rule:
 * who tries again at once loses to it again, and holds it up.
 */
const AFTER_OTHERS_MS = 40;

/**
 * Decides what becomes of commands whose attempt failed, so that nobody meets an error for another's conflict. Commands
 * whose idempotency key is used are out. After a conflict, the accounts that changed and all that are tied to them by a
 * command go in a transaction of their own after a random pause, the others in another at once; if none changed, they go
 * in halves after a pause that grows. After any other error they go in halves at once, until the one whose fault it is
 * stands alone with it.
 */
export function regroup<Item extends Regroupable>(
  unit: Unit<Item>,
  error: unknown,
  { changed, used }: Found,
  now: number,
): Regrouped<Item> {
  const spent = unit.items.filter(({ record_id }) => record_id !== undefined && used.has(record_id));
  const left = unit.items.filter((item) => !spent.includes(item));
  const refused = spent.map((item) => ({ item, error: new IdempotencyKeyUsed(item.record_id ?? '') }));
  const refuse = (reason: unknown): Regrouped<Item> => ({
    refused: [...refused, ...left.map((item) => ({ item, error: reason }))],
    units: [],
  });
  const deadline = Math.min(unit.deadline, now + PATIENCE_MS);
  const again = (groups: readonly (readonly Item[])[], pause = 0): Regrouped<Item> => ({
    refused,
    units: groups
      .filter((items) => items.length > 0)
      .map((items) => ({ items, attempts: unit.attempts + 1, not_before: now + pause, deadline })),
  });

  if (error instanceof CommitUnknown) return refuse(unconfirmed(error));
  if (isPassing(error)) {
    if (now > deadline) return refuse(tooManyConflicts(error));
    if (changed.size > 0) {
      const [others, tied] = apart(left, changed);
      const { units } = again([tied], Math.random() * AFTER_OTHERS_MS);
      return { refused, units: [...again([others]).units, ...units] };
    }
    if (spent.length > 0) return again([left]);
    if (error instanceof DocumentMissed && left.length === 1) return refuse(error);
    return again(isNobodysFault(error) ? [left] : halves(left), pauseAfter(unit.attempts));
  }
  if (error instanceof AccountKeyTaken && left.length > 1) {
    const [others, tied] = apart(left, new Set(keysEndingWith(left, error.account_id)));
    return again(others.length > 0 ? [others, tied] : halves(left));
  }
  return left.length === 1 || isNobodysFault(error) ? refuse(error) : again(halves(left));
}

/** The commands that have nothing to do with these accounts, and those that have, directly or through others. */
function apart<Item extends Regroupable>(
  items: readonly Item[],
  keys: ReadonlySet<string>,
): readonly [others: Item[], tied: Item[]] {
  const reached = new Set(keys);
  let others = [...items];
  const tied = new Set<Item>();
  for (let grown = true; grown;) {
    const found = others.filter(({ accounts }) => [...accounts].some((key) => reached.has(key)));
    for (const item of found) {
      tied.add(item);
      for (const key of item.accounts) reached.add(key);
    }
    others = others.filter((item) => !tied.has(item));
    grown = found.length > 0;
  }
  return [others, items.filter((item) => tied.has(item))];
}

function keysEndingWith<Item extends Regroupable>(items: readonly Item[], account_id: string): string[] {
  return items.flatMap(({ accounts }) => [...accounts].filter((key) => key.endsWith(`/${account_id}`)));
}

function halves<Item>(items: readonly Item[]): (readonly Item[])[] {
  const middle = Math.ceil(items.length / 2);
  return [items.slice(0, middle), items.slice(middle)];
}

const pauseAfter = (attempts: number): number =>
  Math.random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempts);

function unconfirmed(cause: Error): Problem {
  return new Problem('service_unavailable', {
    detail: 'The change could not be confirmed. Look whether it was made before sending it again.',
    cause,
  });
}

function tooManyConflicts(cause: unknown): Problem {
  return new Problem('service_unavailable', {
    detail: 'The account is changed too often by others at this moment.',
    cause,
  });
}
