import type { Collation } from '../query/collation.js';
import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { compilePullFilter } from '../query/match/match.js';
import { isArray } from '../query/values.js';

const identifierPattern = /^[a-z][a-zA-Z0-9]*$/;

/** The array filters of an update. Throws like their constructor. */
export function arrayFiltersOf(
  filters: readonly Doc[] | undefined,
  collation: Collation | undefined,
): ArrayFilters {
  return filters === undefined || filters.length === 0 ? NONE : new ArrayFilters(filters, collation);
}

/** An update's array filters: which elements `$[identifier]` stands for. */
export class ArrayFilters {
  private readonly tests = new Map<string, (element: Value) => boolean>();
  private readonly used = new Set<string>();

  /**
   * @param filters - conditions such as `{ 'x.qty': { $gt: 1 } }`, each upon one identifier.
   * @param collation - how strings compare in them.
   * @throws EngineError FailedToParse or BadValue for a filter that names none, several or a malformed identifier,
   *   or one that another filter has.
   */
  constructor(filters: readonly Doc[], collation: Collation | undefined) {
    for (const filter of filters) {
      const identifier = identifierOf(filter);
      if (this.tests.has(identifier)) {
        throw new EngineError(
          'FailedToParse',
          `Found multiple array filters with the same top-level field name ${identifier}`,
        );
      }
      const matches = compilePullFilter(filter, collation);
      this.tests.set(identifier, (element) => matches(new Map([[identifier, element]])));
    }
  }

  /** Notes that a path names the identifier; the empty one stands for all elements. Throws where there is no filter. */
  use(identifier: string, path: string): void {
    if (identifier !== '' && !this.tests.has(identifier)) {
      throw new EngineError(
        'BadValue',
        `No array filter found for identifier '${identifier}' in path '${path}'`,
      );
    }
    this.used.add(identifier);
  }

  /** Throws where a filter is of no use to the update. */
  refuseUnused(): void {
    for (const identifier of this.tests.keys()) {
      if (this.used.has(identifier)) continue;
      throw new EngineError(
        'FailedToParse',
        `The array filter for identifier '${identifier}' was not used in the update`,
      );
    }
  }

  /** Whether the identifier stands for this element. */
  letsThrough(identifier: string, element: Value): boolean {
    return this.tests.get(identifier)?.(element) ?? true;
  }
}

function identifierOf(filter: Doc): string {
  const [first, second] = new Set(topFields(filter));
  if (first === undefined) {
    throw new EngineError(
      'FailedToParse',
      'Cannot use an expression without a top-level field name in arrayFilters',
    );
  }
  if (second !== undefined) {
    throw new EngineError(
      'FailedToParse',
      `Error parsing array filter :: caused by :: Expected a single top-level field name, found '${first}' and '${second}'`,
    );
  }
  if (identifierPattern.test(first)) return first;
  throw new EngineError(
    'BadValue',
    'Error parsing array filter :: caused by :: The top-level field name must be an alphanumeric string beginning ' +
      `with a lowercase letter, found '${first}'`,
  );
}

function* topFields(filter: Doc): Generator<string> {
  for (const [name, argument] of filter) {
    if (!name.startsWith('$')) yield name.split('.')[0] as string;
    else if (isArray(argument)) {
      for (const branch of argument) if (branch instanceof Map) yield* topFields(branch);
    }
  }
}

/** Those of nearly all updates. */
const NONE = new ArrayFilters([], undefined);
