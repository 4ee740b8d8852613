import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** The deepest nesting of objects and lists that a body may have; ours need five. */
const MAX_DEPTH = 20;

// The parser doesn't say which of the two it met.
const NOT_JSON = 'The body is not valid JSON, or holds a property named `__proto__` or `constructor`';

/**
 * A body that could not be read. It travels to the validation in place of the body, so that a caller without a token
 * gets 401 first, as for any other request.
 */
export class UnreadableBody {
  constructor(readonly detail: string) {}
}

type ParserDone = (error: Error | null, body?: unknown) => void;

/** Makes the server read JSON and forms. Any other type of body is passed over, for the guard of media types to refuse. */
export function readBodies(server: FastifyInstance): void {
  const parseJson = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    (request: FastifyRequest, bytes: Buffer, done: ParserDone) => {
      if (bytes.length === 0) return done(null, undefined);
      if (!isUtf8(bytes)) return done(null, new UnreadableBody('The body is not UTF-8'));
      const parsed: ParserDone = (error, value) => {
        if (error) return done(null, new UnreadableBody(NOT_JSON));
        const fault = shapeFault(value, MAX_DEPTH);
        done(null, fault === null ? value : new UnreadableBody(fault));
      };
      void parseJson(request, bytes.toString(), parsed);
    },
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

/** A form's fields; one that is given twice makes the form unreadable (RFC 6749, section 3.2). */
function readForm(text: string): Record<string, string> | UnreadableBody {
  const form = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (form.has(name)) return new UnreadableBody('A form field is given more than once');
    form.set(name, value);
  }
  return Object.fromEntries(form);
}

/**
 * What no body of ours has: objects and lists nested too deeply, fields named like what every object inherits
 * (`constructor`, `toString`), which the libraries that check fields pass over. Null when all is well.
 */
function shapeFault(value: unknown, depth: number): string | null {
  if (typeof value !== 'object' || value === null) return null;
  if (depth === 0) return 'The body is nested too deeply';
  for (const [name, inner] of Object.entries(value)) {
    if (name in Object.prototype) return `The body holds a field that no request has: ${name}`;
    const fault = shapeFault(inner, depth - 1);
    if (fault !== null) return fault;
  }
  return null;
}
