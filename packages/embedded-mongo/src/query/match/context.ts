import type { Doc, Value } from '../../bson/types.js';
import type { Collation } from '../collation.js';
import type { Steps } from '../long-list.js';
import type { Condition } from './condition.js';

/** A compiled filter's inner form. */
export type Predicate = (doc: Doc) => boolean;

/** Takes work that takes long, and is to be done before documents are tested. */
export interface SlowWork {
  add(work: () => Steps<void>): void;
}

/** What an operator's compilation may ask of the filter that it stands in. */
export interface MatchContext {
  /** The dotted path that the operator is about, for messages. */
  readonly field: string;
  /** How strings compare; by their bytes where it is left out. */
  readonly collation: Collation | undefined;
  /** Where there is none, what takes long is done at once for the first document. */
  readonly slow: SlowWork | undefined;
  /** The operator's neighbours: `$regex` and `$options` belong together. */
  readonly siblings: Doc;
  /** Compiles a filter upon embedded documents; `$expr` is refused there, as MongoDB does. */
  filter(filter: Doc): Predicate;
  /** Compiles a document of operators upon the same field. */
  operators(expression: Doc): Condition;
}

/** Compiles one query operator's argument; `undefined` where the operator itself asks nothing (`$options`). */
export type MatchOperator = (argument: Value, context: MatchContext) => Condition | undefined;
