import { PROBLEM_KINDS, type ProblemCode } from './problem-codes.js';

/** One field that is wrong: its path as the client wrote it (`split[1].amount`), and what it must be. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** How many wrong fields an answer names at most: a body may hold a million. */
export const NAMED_FIELDS = 100;

/** How many characters of a field's path are shown. None of ours has as many; an unknown field's name may have millions. */
export const SHOWN_PATH = 200;

/** What a problem may carry besides its code. */
export interface ProblemDetails {
  /** One sentence about this very case; the code's title when left out. */
  readonly detail?: string;
  /** The fields that are wrong, for 400: all that are known of, however many. */
  readonly errors?: readonly FieldError[];
  /** Further members of the answer's body, such as `account_id`, in the shape that the client sees. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** What led to it, for the log only. */
  readonly cause?: unknown;
}

/** The body of an `application/problem+json` answer (RFC 9457). */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly code: ProblemCode;
  readonly errors?: readonly FieldError[];
  readonly [extra: string]: unknown;
}

/** An answer that is no success, thrown from anywhere and turned into a response in one place. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  /** The first of the fields that are wrong, as they are shown. */
  readonly errors: readonly FieldError[];
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(code: ProblemCode, details: ProblemDetails = {}) {
    const kind = PROBLEM_KINDS[code];
    const errors = details.errors ?? [];
    const detail = withNumber(details.detail ?? kind.title, errors.length);
    super(`${code}: ${detail}`, { cause: details.cause });
    this.code = code;
    this.status = kind.status;
    this.title = kind.title;
    this.detail = detail;
    this.errors = errors.slice(0, NAMED_FIELDS).map(shown);
    this.extra = details.extra ?? {};
  }

  /** The body of the response; `instance` is the path that was asked for. */
  body(instance: string): ProblemBody {
    return {
      ...this.extra,
      type: problemType(this.code),
      title: this.title,
      status: this.status,
      detail: this.detail,
      instance,
      code: this.code,
      ...(this.errors.length > 0 && { errors: this.errors }),
    };
  }
}

/** A sentence that goes on with how many fields are wrong, where not all of them are named. */
function withNumber(detail: string, wrong: number): string {
  if (wrong <= NAMED_FIELDS) return detail;
  return `${detail.replace(/\.$/, '')}. ${wrong} fields are wrong, of which errors names the first ${NAMED_FIELDS}.`;
}

function shown(error: FieldError): FieldError {
  const { field, message } = error;
  // No character is cut in two: none has more than two code units.
  const start = [...field.slice(0, 2 * SHOWN_PATH)].slice(0, SHOWN_PATH).join('');
  return start === field ? error : { field: `${start}…`, message };
}

/** The URI that names a code, the `type` of RFC 9457. It is a name, not an address. */
export function problemType(code: ProblemCode): string {
  return `urn:problem:envelope-ledger:${code}`;
}
