import type { Doc } from '../bson/types.js';
import { isArray } from './values.js';

/** The top-level fields that a filter depends on; `undefined` where it may depend on any. */
export function fieldsOfFilter(filter: Doc): ReadonlySet<string> | undefined {
  const fields = new Set<string>();
  return collect(filter, fields) ? fields : undefined;
}

/** The field of the document itself that a dotted path begins with. */
function topField(path: string): string {
  const dot = path.indexOf('.');
  return dot < 0 ? path : path.slice(0, dot);
}

function collect(filter: Doc, into: Set<string>): boolean {
  for (const [name, value] of filter) {
    if (!name.startsWith('$')) into.add(topField(name));
    else if (name === '$and' || name === '$or' || name === '$nor') {
      if (!isArray(value) || !value.every((branch) => branch instanceof Map && collect(branch, into)))
        return false;
    } else if (name !== '$comment') return false;
  }
  return true;
}
