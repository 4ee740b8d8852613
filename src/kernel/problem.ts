import { PROBLEM_KINDS, type ProblemCode } from './problem-codes.js';

/** One field that is wrong: its path as the client wrote it (`split[1].amount`), and what it must be. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** What a problem may carry besides its code. */
export interface ProblemDetails {
  /** One sentence about this very case; the code's title when left out. */
  readonly detail?: string;
  /** The fields that are wrong, for 400. */
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
  readonly errors: readonly FieldError[];
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(code: ProblemCode, details: ProblemDetails = {}) {
    const kind = PROBLEM_KINDS[code];
    const detail = details.detail ?? kind.title;
    super(`${code}: ${detail}`, { cause: details.cause });
    this.code = code;
    this.status = kind.status;
    this.title = kind.title;
    this.detail = detail;
    this.errors = details.errors ?? [];
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

/** The URI that names a code, the `type` of RFC 9457. It is a name, not an address. */
export function problemType(code: ProblemCode): string {
  return `urn:problem:envelope-ledger:${code}`;
}
