import type { Doc, Value } from '../../bson/types.js';
import { EngineError } from '../../errors.js';
import type { Expression } from './types.js';
import { isArray } from '../values.js';

/** Compiles `$a.b`. */
export function fieldExpression(dotted: string): Expression {
  const path = splitFieldPath(dotted);
  const [name] = path;
  if (path.length === 1 && name !== undefined) return (doc) => doc.get(name);
  return (doc) => valueAt(doc, path, 0);
}

/** Compiles `$$name.a.b`; `known` tells which variables there are. */
export function variableExpression(dotted: string, known: { has(name: string): boolean }): Expression {
  const [name = '', ...path] = splitFieldPath(dotted);
  const read = readVariable(name, known);
  if (path.length === 0) return read;
  return (doc, vars) => step(read(doc, vars), path, 0);
}

function readVariable(name: string, known: { has(name: string): boolean }): Expression {
  if (name === 'REMOVE') return () => undefined;
  if (known.has(name)) return (_doc, vars) => vars.get(name);
  if (name === 'ROOT' || name === 'CURRENT') return (doc) => doc;
  throw new EngineError('Location17276', `Use of undefined variable: ${name}`);
}

function splitFieldPath(dotted: string): string[] {
  if (dotted === '') throw new EngineError('Location16872', "'$' by itself is not a valid FieldPath");
  if (dotted.endsWith('.')) throw new EngineError('Location40353', "FieldPath must not end with a '.'.");
  const path = dotted.split('.');
  for (const name of path) {
    if (name === '')
      throw new EngineError('Location15998', 'FieldPath field names may not be empty strings.');
    if (name.startsWith('$')) {
      throw new EngineError('Location16410', "FieldPath field names may not start with '$'.");
    }
    if (name.includes('\0')) {
      throw new EngineError('Location16411', 'FieldPath field names may not contain null bytes.');
    }
  }
  return path;
}

function valueAt(doc: Doc, path: readonly string[], at: number): Value | undefined {
  return step(doc.get(path[at] as string), path, at + 1);
}

/** Follows the rest of a path from a value; an array yields the array of what its documents have there. */
function step(value: Value | undefined, path: readonly string[], at: number): Value | undefined {
  if (at === path.length) return value;
  if (value instanceof Map) return valueAt(value, path, at);
  if (!isArray(value)) return undefined;
  const found: Value[] = [];
  for (const element of value) {
    if (!(element instanceof Map) && !isArray(element)) continue;
    const inner = step(element, path, at);
    if (inner !== undefined) found.push(inner);
  }
  return found;
}
