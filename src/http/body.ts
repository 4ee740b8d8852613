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

/** Makes the server read JSON and forms, and nothing else: any other type of body is 415. */
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
        done(null, nests(value, MAX_DEPTH) ? new UnreadableBody('The body is nested too deeply') : value);
      };
      void parseJson(request, bytes.toString(), parsed);
    },
  );
  server.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_: FastifyRequest, text: string, done: ParserDone) => done(null, readForm(text)),
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

/** Whether a value nests objects and lists deeper than `depth`. Looks no deeper than that itself. */
function nests(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth === 0) return true;
  return Object.values(value).some((inner) => nests(inner, depth - 1));
}
