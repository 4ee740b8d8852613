import { isNumeric } from '../../bson/numbers.js';
import type { Doc, Value } from '../../bson/types.js';
import { EngineError } from '../../errors.js';
import { compileExpression } from '../expression/expression.js';
import { expressionOperators } from '../expression/operators.js';
import type { Variables } from '../expression/types.js';
import { checkFieldPath } from '../field-path.js';
import { compileElementTest } from '../match/match.js';
import type { Position } from '../match/position.js';
import { keepPosition, positionalPath } from './position.js';
import {
  addNode,
  computeFields,
  emptyTree,
  excludeFields,
  includeFields,
  type ProjectionNode,
  type ProjectionTree,
} from './tree.js';
import { describe, firstField, isArray, isTruthy, safeInteger } from '../values.js';
import { compileVariables } from '../expression/variables.js';

/** A compiled projection: the document's image, never the document itself changed. */
export type Projection = (doc: Doc) => Doc;

/** Which projections' rules hold: find has its own `$slice` and `$elemMatch`. */
export type ProjectionDialect = 'find' | 'aggregate';

/**
 * Compiles a projection: inclusion or exclusion (only `_id` may differ), `$slice`, `$elemMatch`, computed fields.
 * @param variables - what expressions see as `$$name`.
 * @param position - what the positional `$` of find's projections stands for.
 * @throws EngineError with MongoDB's codes for mixing (31253, 31254), colliding paths (31249, 31250), what is not
 *   supported (`$meta`) and bad arguments.
 */
export function compileProjection(
  spec: Doc,
  variables: Variables = compileVariables(),
  dialect: ProjectionDialect = 'find',
  position?: Position,
): Projection {
  if (spec.size === 0) return (doc) => doc;
  const parser = new ProjectionParser(variables, dialect);
  for (const [path, value] of spec) parser.field(path, value);
  const { tree, includes, positional } = parser.finish();
  const project = includes ? includeFields : excludeFields;
  const plain: Projection = tree.computes
    ? (doc) => computeFields(project(doc, tree), tree, doc, variables)
    : (doc) => project(doc, tree);
  if (positional === undefined) return plain;
  return (doc) => keepPosition(plain(doc), positional, position?.(doc));
}

/** Collects a projection's fields and finds out whether it includes or excludes. */
class ProjectionParser {
  private readonly tree = emptyTree();
  private mode: 'inclusion' | 'exclusion' | undefined;
  private includesId: boolean | undefined;
  private hasElemMatch = false;
  private positional: string | undefined;

  constructor(
    private readonly variables: Variables,
    private readonly dialect: ProjectionDialect,
  ) {}

  field(path: string, value: Value): void {
    if (this.dialect === 'find' && path.split('.').includes('$')) {
      this.positionalField(path, value);
      return;
    }
    checkFieldPath(path);
    if (value instanceof Map) this.documentField(path, value);
    else if (typeof value === 'boolean' || isNumeric(value)) this.flag(path, isTruthy(value));
    else this.computed(path, value, 'Location31310');
  }

  finish(): { tree: ProjectionTree; includes: boolean; positional: string | undefined } {
    const { tree, mode, positional } = this;
    const includes = mode ? mode === 'inclusion' : this.hasElemMatch || this.includesId === true;
    if (includes && !tree.fields.has('_id')) tree.fields.set('_id', { kind: 'keep' });
    return { tree, includes, positional };
  }

  private documentField(path: string, value: Doc): void {
    const name = firstField(value);
    if (name === undefined) {
      throw new EngineError(
        'Location51270',
        `An empty sub-projection is not a valid value. Found empty object at path ${path}`,
      );
    }
    if (!name.startsWith('$')) {
      for (const [sub, inner] of value) this.field(`${path}.${sub}`, inner);
      return;
    }
    const argument = value.get(name) ?? null;
    if (name === '$meta') {
      throw new EngineError('CommandNotSupported', '$meta is not supported in projections');
    }
    if (this.dialect === 'find' && name === '$elemMatch') this.elemMatch(path, value, argument);
    else if (this.dialect === 'find' && name === '$slice' && isFindSlice(argument))
      this.slice(path, argument);
    else if (name === '$elemMatch' || expressionOperators.has(name))
      this.computed(path, value, 'Location31252');
    else throw new EngineError('Location31325', `Unknown expression ${name}`);
  }

  private positionalField(path: string, value: Value): void {
    const array = positionalPath(path);
    if (this.positional !== undefined) {
      throw new EngineError('Location31276', 'Cannot specify more than one positional projection per query.');
    }
    if (this.hasElemMatch) throw positionalAndElemMatch('Location31256');
    if ((typeof value !== 'boolean' && !isNumeric(value)) || !isTruthy(value) || this.mode === 'exclusion') {
      throw new EngineError('Location31395', 'positional projection cannot be used with exclusion');
    }
    this.positional = array;
    this.field(array, true);
  }

  private flag(path: string, included: boolean): void {
    if (path === '_id') this.includesId = included;
    else {
      const wanted = included ? 'inclusion' : 'exclusion';
      this.mode ??= wanted;
      if (this.mode !== wanted) throw mixed(path, wanted, this.mode);
    }
    this.add(path, included ? { kind: 'keep' } : { kind: 'drop' });
  }

  private computed(path: string, value: Value, code: 'Location31252' | 'Location31310'): void {
    if (this.mode === 'exclusion') {
      throw new EngineError(
        code,
        `Cannot use expression other than $meta in exclusion projection: ${path}: ${describe(value)}`,
      );
    }
    this.mode = 'inclusion';
    this.add(path, { kind: 'computed', evaluate: compileExpression(value, this.variables) });
  }

  private elemMatch(path: string, value: Doc, argument: Value): void {
    if (value.size > 1) {
      throw new EngineError('Location31274', `elemMatch stands alone in a projection: ${describe(value)}`);
    }
    if (!(argument instanceof Map)) {
      throw new EngineError(
        'Location31274',
        `elemMatch: Invalid argument, object required, but got ${describe(argument)}`,
      );
    }
    if (path.includes('.')) {
      throw new EngineError('Location31275', 'Cannot use $elemMatch projection on a nested field.');
    }
    if (this.positional !== undefined) throw positionalAndElemMatch('Location31255');
    const test = compileElementTest(argument);
    this.hasElemMatch = true;
    this.add(path, {
      kind: 'computed',
      evaluate: (doc) => {
        const list = doc.get(path);
        const found = isArray(list) ? list.find(test) : undefined;
        return found === undefined ? undefined : [found];
      },
    });
  }

  private slice(path: string, argument: Value): void {
    const [from, count] = isArray(argument) ? argument : [argument];
    const node = { kind: 'slice', from: sliceNumber(from, path), count: sliceCount(count, path) } as const;
    this.add(path, node);
  }

  private add(path: string, node: ProjectionNode): void {
    addNode(this.tree, path, node);
  }
}

function mixed(path: string, wanted: string, mode: string): EngineError {
  const code = wanted === 'inclusion' ? 'Location31253' : 'Location31254';
  return new EngineError(code, `Cannot do ${wanted} on field ${path} in ${mode} projection`);
}

function positionalAndElemMatch(code: 'Location31255' | 'Location31256'): EngineError {
  return new EngineError(code, 'Cannot specify positional operator and $elemMatch.');
}

/** Find's own `$slice` takes a number or [skip, limit]; anything else is the expression. */
function isFindSlice(argument: Value): boolean {
  if (!isArray(argument)) return isNumeric(argument);
  return argument.length === 2 && argument.every(isNumeric);
}

function sliceNumber(value: Value | undefined, path: string): number {
  const number = safeInteger(value);
  if (number !== undefined) return number;
  throw new EngineError('Location28725', `$slice of ${path} takes whole numbers, not ${describe(value)}`);
}

function sliceCount(value: Value | undefined, path: string): number | undefined {
  if (value === undefined) return undefined;
  const count = sliceNumber(value, path);
  if (count <= 0)
    throw new EngineError('Location28724', `First argument to $slice must be positive in ${path}: ${count}`);
  return count;
}
