import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { FieldError, ProblemDetails } from '../kernel/problem.js';

/** The deepest nesting of objects and lists that a body may have; ours need five. */
const MAX_DEPTH = 20;

/** The most items that any list of ours takes. */
const MAX_ITEMS = 1_000;

/** More fields than any object of ours has. */
const MAX_FIELDS = 100;

/** More objects and lists than the largest body holds of which each could be needed: a posting has some 28 bytes. */
const MAX_PARTS = 300_000;

/** More fields, in all objects, than any body of ours has: a thousand commands of a hundred postings have 210,000. */
const MAX_FIELDS_IN_ALL = 300_000;

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
  return new ShapeCheck().faultOf(value, null, MAX_DEPTH) ?? value;
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
 * Looks for what no body of ours has: objects and lists nested too deeply or too many of them, too many fields in one
 * object or in all, and fields named like what every object inherits (`__proto__`, `constructor`, `toString`), which the
 * libraries that check fields pass over. Anybody's body comes here first, and what is let through is copied and checked
 * field by field, at some microseconds each.
 */
class ShapeCheck {
  private parts = 0;
  private fields = 0;

  /** The first fault of a value, null when all is well. `place` is the value's own; null for the whole body. */
  faultOf(value: unknown, place: Place | null, depth: number): UnreadableBody | null {
    if (typeof value !== 'object' || value === null) return null;
    if (depth === 0) return new UnreadableBody('The body is nested too deeply');
    this.parts += 1;
    if (this.parts > MAX_PARTS) return new UnreadableBody('The body holds too many objects and lists');
    return Array.isArray(value) ? this.ofList(value, place, depth) : this.ofFields(value, place, depth);
  }

  private ofList(list: unknown[], within: Place | null, depth: number): UnreadableBody | null {
    // One more than any route takes: it is still too long, and the route says so in its own words.
    if (list.length > MAX_ITEMS) list.length = MAX_ITEMS + 1;
    for (const [index, item] of list.entries()) {
      if (typeof item !== 'object' || item === null) continue;
      const fault = this.faultOf(item, { within, name: String(index), listed: true }, depth - 1);
      if (fault !== null) return fault;
    }
    return null;
  }

  private ofFields(fields: object, within: Place | null, depth: number): UnreadableBody | null {
    const names = Object.keys(fields);
    if (names.length > MAX_FIELDS) {
      return new UnreadableBody('The body holds an object with more fields than any request has');
    }
    this.fields += names.length;
    if (this.fields > MAX_FIELDS_IN_ALL) return new UnreadableBody('The body holds too many fields');
    for (const name of names) {
      const place = { within, name, listed: false };
      if (name in Object.prototype) {
        return new UnreadableBody(`The body holds a field that no request has: ${name}`, [
          { field: pathOf(place), message: 'is not a field of this request' },
        ]);
      }
      const fault = this.faultOf((fields as Record<string, unknown>)[name], place, depth - 1);
      if (fault !== null) return fault;
    }
    return null;
  }
}

const pathOf = ({ within, name, listed }: Place): string =>
  fieldPath(within === null ? '' : pathOf(within), name, listed);

/** The path of a member of what `parent` names, as the client wrote it: `split[0].amount`. */
export function fieldPath(parent: string, name: string, listed: boolean): string {
  if (listed) return `${parent}[${name}]`;
  return parent === '' ? name : `${parent}.${name}`;
}
