import type { Doc, Value } from '../../bson/types.js';
import { EngineError, type ErrorName } from '../../errors.js';
import type { Collation } from '../collation.js';
import { onField, onPath, type Condition } from './condition.js';
import { compileExpression } from '../expression/expression.js';
import type { Variables } from '../expression/types.js';
import { fieldsOfFilter } from '../filter-fields.js';
import { compileSchema } from '../json-schema/json-schema.js';
import { elementTest } from './array.js';
import { literalCondition } from './compare.js';
import type { MatchContext, Predicate, SlowWork } from './context.js';
import { operatorsCondition } from './operators.js';
import type { Steps } from '../long-list.js';
import type { ValueTest } from '../paths.js';
import { holdsOperators, isArray, isTruthy } from '../values.js';
import { compileVariables } from '../expression/variables.js';

/** A compiled query filter. */
export interface Filter {
  /** The filter as it was given, for the planner. */
  readonly source: Doc;
  /** The top-level fields that the outcome depends on; `undefined` where it may be any. */
  readonly fields: ReadonlySet<string> | undefined;
  /** Whether the document satisfies the filter. */
  readonly matches: (doc: Doc) => boolean;
  /** What takes long to make ready before documents are tested, if anything: in steps, else the first test does it at once. */
  prepare(): Steps<void> | undefined;
}

/**
 * Where a filter stands: the variables that `$expr` sees, or why it is refused there; and how strings compare, by
 * their bytes where nothing is said.
 */
type Scope = (
  { readonly variables: () => Variables } | { readonly refusal: readonly [ErrorName, string] }
) & { readonly collation?: Collation | undefined; readonly slow?: MatchContext['slow'] };

/**
 * Compiles a query filter into closures.
 * @param options.let - the command's `let` document: expressions without fields, seen by `$expr` as `$$name`.
 * @param options.collation - how strings compare; `$expr` does not heed it.
 * @throws EngineError BadValue (and other codes of MongoDB's own) for unknown operators and bad arguments.
 */
export function compileFilter(
  filter: Doc,
  options: { readonly let?: Doc | undefined; readonly collation?: Collation | undefined } = {},
): Filter {
  let variables: Variables | undefined;
  // Most filters have no `$expr` and need none.
  return new CompiledFilter(filter, () => (variables ??= compileVariables(options.let)), options.collation);
}

/** `compileFilter` with variables that are evaluated already. */
export function compileFilterWith(filter: Doc, variables: Variables, collation?: Collation): Filter {
  return new CompiledFilter(filter, () => variables, collation);
}

class CompiledFilter implements Filter, SlowWork {
  readonly matches: Predicate;
  private works: (() => Steps<void>)[] | undefined;
  private known: { readonly fields: ReadonlySet<string> | undefined } | undefined;

  constructor(
    readonly source: Doc,
    variables: () => Variables,
    collation: Collation | undefined,
  ) {
    this.matches = allOf(source, { variables, collation, slow: this });
  }

  add(work: () => Steps<void>): void {
    (this.works ??= []).push(work);
  }

  prepare(): Steps<void> | undefined {
    return this.works && allOfThem(this.works);
  }

  get fields(): ReadonlySet<string> | undefined {
    this.known ??= { fields: fieldsOfFilter(this.source) };
    return this.known.fields;
  }
}

function* allOfThem(works: readonly (() => Steps<void>)[]): Steps<void> {
  for (const work of works) yield* work();
}

/** The test of one array element that a projection's `$elemMatch` asks for. */
export function compileElementTest(argument: Value): ValueTest {
  return elementTest(argument, {
    filter: (filter) => allOf(filter, elementScope),
    operators: (expression) => fieldCondition('', expression),
  });
}

/** The test of one array element by `$pull`'s operators, such as `{ $gt: 5 }`. */
export function compilePullTest(operators: Doc): ValueTest {
  return onField(fieldCondition('', operators));
}

/** A filter upon the documents of an array, as `$pull` and array filters take it. */
export function compilePullFilter(filter: Doc, collation?: Collation): Predicate {
  return allOf(filter, { ...pullScope, collation });
}

/** What a filter asks of one field. */
export function compileFieldCondition(field: string, argument: Value, collation?: Collation): Condition {
  return fieldCondition(field, argument, collation);
}

const elementScope: Scope = {
  refusal: ['BadValue', '$expr can only be applied to the top-level document'],
};
const pullScope: Scope = { refusal: ['QueryFeatureNotAllowed', '$expr is not allowed in this context'] };

function allOf(filter: Doc, scope: Scope): Predicate {
  const parts: Predicate[] = [];
  for (const [name, argument] of filter) {
    if (name === '$comment') continue;
    parts.push(name.startsWith('$') ? logical(name, argument, scope) : fieldPredicate(name, argument, scope));
  }
  const [first] = parts;
  if (!first) return () => true;
  if (parts.length === 1) return first;
  return (doc) => {
    for (const part of parts) if (!part(doc)) return false;
    return true;
  };
}

function logical(name: string, argument: Value, scope: Scope): Predicate {
  switch (name) {
    case '$and': {
      const parts = branches(name, argument, scope);
      return (doc) => parts.every((part) => part(doc));
    }
    case '$or': {
      const parts = branches(name, argument, scope);
      return (doc) => parts.some((part) => part(doc));
    }
    case '$nor': {
      const parts = branches(name, argument, scope);
      return (doc) => !parts.some((part) => part(doc));
    }
    case '$expr':
      return expressionPredicate(argument, scope);
    case '$jsonSchema': {
      const schema = compileSchema(argument);
      return (doc) => schema.failures(doc).length === 0;
    }
    default:
      throw new EngineError(
        'BadValue',
        `unknown top level operator: ${name}. If you have a field name that starts with a '$' symbol, ` +
          'consider using $getField or $setField.',
      );
  }
}

function branches(name: string, argument: Value, scope: Scope): Predicate[] {
  if (!isArray(argument)) throw new EngineError('BadValue', `${name} must be an array`);
  if (argument.length === 0) throw new EngineError('BadValue', '$and/$or/$nor must be a nonempty array');
  return argument.map((branch) => {
    if (!(branch instanceof Map)) {
      throw new EngineError('BadValue', '$or/$and/$nor entries need to be full objects');
    }
    return allOf(branch, scope);
  });
}

function expressionPredicate(argument: Value, scope: Scope): Predicate {
  if ('refusal' in scope) throw new EngineError(...scope.refusal);
  const variables = scope.variables();
  const evaluate = compileExpression(argument, variables);
  return (doc) => isTruthy(evaluate(doc, variables));
}

function fieldPredicate(field: string, argument: Value, scope: Scope): Predicate {
  return onPath(fieldCondition(field, argument, scope.collation, scope.slow), field);
}

function fieldCondition(
  field: string,
  argument: Value,
  collation?: Collation,
  slow?: MatchContext['slow'],
): Condition {
  if (!holdsOperators(argument)) return literalCondition(argument, collation);
  const context = (siblings: Doc): MatchContext => ({
    field,
    collation,
    slow,
    siblings,
    filter: (filter) => allOf(filter, { ...elementScope, collation, slow }),
    operators: (expression) => operatorsCondition(context(expression)),
  });
  return operatorsCondition(context(argument));
}
