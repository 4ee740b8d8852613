import { Int32 } from 'bson';
import { compareValues, equalValues } from '../../src/bson/compare.js';
import type { Doc, Value } from '../../src/bson/types.js';

/** One operator upon one path; the model's whole language. */
export interface Step {
  readonly operator:
    '$set' | '$unset' | '$inc' | '$mul' | '$min' | '$max' | '$push' | '$addToSet' | '$pull' | '$pop';
  readonly path: readonly string[];
  readonly argument: Value;
}

/** Thrown where MongoDB refuses the update for this document. */
export class Refused extends Error {}

/**
 * Applies the steps one by one by walking down from the top each time and changing a deep copy: slow, and as plain as
 * the manual's wording.
 */
export function naiveUpdate(doc: Doc, steps: readonly Step[]): Doc {
  const copy = structuredCopy(doc) as Doc;
  for (const step of [...steps].sort(byPath)) applyStep(copy, step);
  return copy;
}

function byPath(a: Step, b: Step): number {
  for (let i = 0; i < Math.min(a.path.length, b.path.length); i++) {
    const [left, right] = [a.path[i] as string, b.path[i] as string];
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}

function structuredCopy(value: Value): Value {
  if (value instanceof Map) {
    const copy: Doc = new Map();
    for (const [name, inner] of value) copy.set(name, structuredCopy(inner));
    return copy;
  }
  return Array.isArray(value) ? value.map(structuredCopy) : value;
}

const creating: ReadonlySet<string> = new Set(['$set', '$inc', '$mul', '$min', '$max', '$push', '$addToSet']);

function applyStep(doc: Doc, { operator, path, argument }: Step): void {
  let container: Value = doc;
  for (const [i, part] of path.entries()) {
    const last = i === path.length - 1;
    const current = read(container, part);
    if (current === undefined && !creating.has(operator)) return;
    if (last) write(container, part, result(operator, current, argument));
    else {
      if (current === undefined) write(container, part, new Map());
      container = read(container, part) as Value;
    }
  }
}

function read(container: Value, part: string): Value | undefined {
  if (container instanceof Map) return container.get(part);
  return Array.isArray(container) && /^\d$/.test(part) ? container[Number(part)] : undefined;
}

function write(container: Value, part: string, value: Value | undefined): void {
  if (container instanceof Map) {
    if (value === undefined) container.delete(part);
    else container.set(part, value);
  } else if (Array.isArray(container) && /^\d$/.test(part)) {
    const list = container;
    while (list.length < Number(part)) list.push(null);
    list[Number(part)] = value === undefined ? null : value;
  } else throw new Refused();
}

function result(operator: Step['operator'], current: Value | undefined, argument: Value): Value | undefined {
  switch (operator) {
    case '$set':
      return argument;
    case '$unset':
      return undefined;
    case '$inc':
    case '$mul':
      return calculated(operator, current, argument);
    case '$min':
      return current === undefined || compareValues(argument, current) < 0 ? argument : current;
    case '$max':
      return current === undefined || compareValues(argument, current) > 0 ? argument : current;
    default:
      return listed(operator, current, argument);
  }
}

/** The model's numbers are small ints. */
function calculated(operator: '$inc' | '$mul', current: Value | undefined, argument: Value): Value {
  if (!(argument instanceof Int32)) throw new Refused();
  if (current === undefined) return operator === '$inc' ? argument : new Int32(0);
  if (!(current instanceof Int32)) throw new Refused();
  return new Int32(operator === '$inc' ? current.value + argument.value : current.value * argument.value);
}

function listed(operator: Step['operator'], current: Value | undefined, argument: Value): Value {
  if (current !== undefined && !Array.isArray(current)) throw new Refused();
  const list = current ?? [];
  if (operator === '$push') return [...list, argument];
  if (operator === '$pop') return equalValues(argument, new Int32(1)) ? list.slice(0, -1) : list.slice(1);
  const others = list.filter((item) => !equalValues(item, argument));
  if (operator === '$pull') return others;
  return others.length === list.length ? [...list, argument] : list;
}
