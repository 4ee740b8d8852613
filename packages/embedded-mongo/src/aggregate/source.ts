import { typeName } from '../bson/compare.js';
import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { compileExpression } from '../query/expression/expression.js';
import type { Variables } from '../query/expression/types.js';
import { isArray } from '../query/values.js';

/** The names of stages that bring documents of their own and so come first. */
const SOURCES = ['$collStats', '$currentOp', '$documents', '$listLocalSessions'] as const;

export type SourceName = (typeof SOURCES)[number];

/** A first stage that brings documents of its own. */
export interface Source {
  readonly name: SourceName;
  /** Checked to be a document, save that of `$documents`. */
  readonly argument: Value;
}

export function isSource(name: string): name is SourceName {
  return (SOURCES as readonly string[]).includes(name);
}

/** Checks a source's argument as far as that goes without a look at the server. */
export function readSource(name: SourceName, argument: Value): Source {
  if (name === '$documents' || argument instanceof Map) return { name, argument };
  const code = name === '$collStats' ? 'Location5447000' : 'FailedToParse';
  throw new EngineError(code, `${name} must take a nested object but found: ${typeName(argument)}`);
}

/** The documents of `$documents`: what its expression gives, which sees no document itself. */
export function givenDocuments(argument: Value, variables: Variables): Doc[] {
  const evaluate = compileExpression(argument, variables);
  const given = evaluate(new Map(), variables);
  if (!isArray(given)) {
    throw new EngineError(
      'Location5858203',
      `an array is expected for $documents, got ${given === undefined ? 'missing' : typeName(given)}`,
    );
  }
  return given.map((item) => {
    if (item instanceof Map) return item;
    throw new EngineError('Location40228', `$documents: each item must be an object, got ${typeName(item)}`);
  });
}
