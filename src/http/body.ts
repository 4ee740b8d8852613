import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { FieldError, ProblemDetails } from '../kernel/problem.js';

/** The deepest nesting of objects and lists that a body may have; ours need five. */
const MAX_DEPTH = 20;

/**
 * A body that could not be read. It travels to the validation in place of the body, so that a caller without a token
 * gets 401 first, as for any other request.
 */
export class UnreadableBody implements ProblemDetails {
  constructor(
    readonly detail: string,
    /** The field that is to blame, where it is one. */
    readonly errors: readonly FieldError[] = [],
  ) {}
}

// A reader of JSON may pass over it (RFC 8259, section 8.1).
const BYTE_ORDER_MARK = /^\uFEFF/;

type ParserDone = (error: Error | null, body?: unknown) => void;

/** Makes the server read JSON and forms. Any other type of body is passed over, for the guard of media types to refuse. */
export function readBodies(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    (_: FastifyRequest, bytes: Buffer, done: ParserDone) => done(null, readJson(bytes)),
  );
  server.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_: FastifyRequest, text: string, done: ParserDone) => done(null, readForm(text)),
  );
  server.addContentTypeParser(
    '*',
    { parseAs: 'buffer' },
    (_: FastifyRequest, _bytes: Buffer, done: ParserDone) =>
      done(null, new UnreadableBody('The body has no media type that is known here')),
  );
}

/** What a JSON text says; undefined for an empty one. */
function readJson(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  if (!isUtf8(bytes)) return new UnreadableBody('The body is not UTF-8');
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString().replace(BYTE_ORDER_MARK, ''));
  } catch {
    return new UnreadableBody('The body is not valid JSON');
  }
  return shapeFault(value, null, MAX_DEPTH) ?? value;
}

/** A form's fields; one that is given twice makes the form unreadable (RFC 6749, section 3.2). */
function readForm(text: string): Record<string, string> | UnreadableBody {
  const form = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (form.has(name)) return new UnreadableBody('A form field is given more than once');
    form.set(name, value);
  }
  return Object.fromEntries(form);
}

/** Where a value stands in a body: chained, since its path is told of a fault only. */
interface Place {
  readonly within: Place | null;
  readonly name: string;
  readonly listed: boolean;
}

/**
 * What no body of ours has: objects and lists nested too deeply, fields named like what every object inherits
 * (`__proto__`, `constructor`, `toString`), which the libraries that check fields pass over. Null when all is well.
 * Anybody's body comes here, so a list of a million numbers must cost next to nothing.
 * @param place the value's own; null for the whole body
 */
function shapeFault(value: unknown, place: Place | null, depth: number): UnreadableBody | null {
  if (typeof value !== 'object' || value === null) return null;
  if (depth === 0) return new UnreadableBody('The body is nested too deeply');
  return Array.isArray(value) ? listFault(value, place, depth) : fieldsFault(value, place, depth);
}

function listFault(list: readonly unknown[], within: Place | null, depth: number): UnreadableBody | null {
  for (let index = 0; index < list.length; index += 1) {
    const item = list[index];
    if (typeof item !== 'object' || item === null) continue;
    const fault = shapeFault(item, { within, name: String(index), listed: true }, depth - 1);
    if (fault !== null) return fault;
  }
  return null;
}

function fieldsFault(fields: object, within: Place | null, depth: number): UnreadableBody | null {
  for (const [name, inner] of Object.entries(fields)) {
    const place = { within, name, listed: false };
    if (name in Object.prototype) {
      return new UnreadableBody(`The body holds a field that no request has: ${name}`, [
        { field: pathOf(place), message: 'is not a field of this request' },
      ]);
    }
    const fault = shapeFault(inner, place, depth - 1);
    if (fault !== null) return fault;
  }
  return null;
}

const pathOf = ({ within, name, listed }: Place): string =>
  fieldPath(within === null ? '' : pathOf(within), name, listed);

/** The path of a member of what `parent` names, as the client wrote it: `split[0].amount`. */
export function fieldPath(parent: string, name: string, listed: boolean): string {
  if (listed) return `${parent}[${name}]`;
  return parent === '' ? name : `${parent}.${name}`;
}
