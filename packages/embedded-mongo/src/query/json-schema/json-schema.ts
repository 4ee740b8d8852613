import type { Doc, Value } from '../../bson/types.js';
import { EngineError } from '../../errors.js';
import { arrayKeywords } from './arrays.js';
import { logicKeywords } from './logic.js';
import { objectKeywords } from './objects.js';
import { scalarKeywords } from './scalars.js';
import type { Keyword, SchemaContext, SchemaRule } from './types.js';

const keywords: ReadonlyMap<string, Keyword> = new Map([
  ...arrayKeywords,
  ...logicKeywords,
  ...objectKeywords,
  ...scalarKeywords,
]);

/** Keywords of JSON Schema draft 4 that MongoDB does not take. */
const unsupported: ReadonlySet<string> = new Set([
  '$ref',
  '$schema',
  'default',
  'definitions',
  'format',
  'id',
]);

/** Keywords that only describe. */
const annotations: ReadonlySet<string> = new Set(['title', 'description']);

/** A compiled schema: why a value does not satisfy it, one document for each rule; empty where it does. */
export interface Schema {
  readonly title: Value | undefined;
  readonly description: Value | undefined;
  failures(value: Value): Doc[];
}

/**
 * Compiles a `$jsonSchema`.
 * @throws EngineError FailedToParse for keywords that MongoDB does not know or take, TypeMismatch for bad arguments.
 */
export function compileSchema(schema: Value): Schema {
  if (!(schema instanceof Map)) throw new EngineError('TypeMismatch', '$jsonSchema must be an object');
  const context: SchemaContext = { siblings: schema, schema: compileSchema };
  const rules: SchemaRule[] = [];
  for (const [name, argument] of schema) {
    if (annotations.has(name)) {
      if (typeof argument !== 'string') {
        throw new EngineError('TypeMismatch', `$jsonSchema keyword '${name}' must be of type string`);
      }
      continue;
    }
    if (unsupported.has(name)) {
      throw new EngineError('FailedToParse', `$jsonSchema keyword '${name}' is not currently supported`);
    }
    const keyword = keywords.get(name);
    if (!keyword) throw new EngineError('FailedToParse', `Unknown $jsonSchema keyword: ${name}`);
    const rule = keyword(argument, context);
    if (rule) rules.push(rule);
  }
  return {
    title: schema.get('title'),
    description: schema.get('description'),
    failures(value) {
      const found: Doc[] = [];
      for (const rule of rules) {
        const failure = rule(value);
        if (failure) found.push(failure);
      }
      return found;
    },
  };
}
