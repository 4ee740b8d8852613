import type { Doc, Value } from '../../bson/types.js';
import { concernsCollation } from '../collation.js';
import { holdsOperators } from '../values.js';

/** One operator upon one field, as it stands in a filter; a plain value is `$eq`. */
export interface FieldCondition {
  readonly path: string;
  readonly operator: string;
  readonly value: Value;
}

/** A filter taken apart as far as the planner understands it: everything in it must hold. */
export interface Conjunction {
  readonly conditions: FieldCondition[];
  /** The branches of each `$or`. */
  readonly alternatives: Doc[][];
  /** Whether there is more in the filter (`$nor`, `$expr`, …) that only the documents themselves can answer. */
  opaque: boolean;
}

/** Takes filters apart that must all hold. Shapes that are no valid filter are left for the matcher to refuse. */
export function conjunctionOf(...filters: readonly Doc[]): Conjunction {
  const result: Conjunction = { conditions: [], alternatives: [], opaque: false };
  for (const filter of filters) collect(filter, result);
  return result;
}

/** What is left where strings compare by a collation, of which indexes know nothing. */
export function withoutStrings(query: Conjunction): Conjunction {
  const conditions = query.conditions.filter(({ value }) => !concernsCollation(value));
  const isWhole = conditions.length === query.conditions.length && query.alternatives.length === 0;
  return { conditions, alternatives: [], opaque: query.opaque || !isWhole };
}

function collect(filter: Doc, into: Conjunction): void {
  for (const [name, value] of filter) {
    if (!name.startsWith('$')) collectField(name, value, into);
    else if (name === '$and') collectAll(value, into);
    else if (name === '$or') collectAlternatives(value, into);
    else if (name !== '$comment') into.opaque = true;
  }
}

function collectField(path: string, value: Value, into: Conjunction): void {
  if (!holdsOperators(value)) {
    into.conditions.push({ path, operator: '$eq', value });
    return;
  }
  for (const [operator, argument] of value) into.conditions.push({ path, operator, value: argument });
}

function collectAll(value: Value, into: Conjunction): void {
  if (!isDocs(value)) into.opaque = true;
  else for (const part of value) collect(part, into);
}

function collectAlternatives(value: Value, into: Conjunction): void {
  if (isDocs(value) && value.length > 0) into.alternatives.push(value);
  else into.opaque = true;
}

function isDocs(value: Value): value is Doc[] {
  return Array.isArray(value) && value.every((item) => item instanceof Map);
}
