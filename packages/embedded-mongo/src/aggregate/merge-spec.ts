import { typeName } from '../bson/compare.js';
import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { compileExpression } from '../query/expression/expression.js';
import type { Variables } from '../query/expression/types.js';
import { checkFieldPath } from '../query/field-path.js';
import { isArray } from '../query/values.js';
import { checkVariableName } from '../query/expression/variable-names.js';
import { compileDocumentStages } from './document-stages.js';
import type { DocumentChange } from './shape-stages.js';
import { readMergeTarget, type Target } from './target.js';

const WHEN_MATCHED = ['replace', 'keepExisting', 'merge', 'fail'] as const;
const WHEN_NOT_MATCHED = ['insert', 'discard', 'fail'] as const;

type WhenMatched = (typeof WHEN_MATCHED)[number];

/** `$merge`: each result is put to what the collection has. */
export interface MergeOutput {
  readonly name: '$merge';
  readonly target: Target;
  /** The fields that tell which document a result belongs to. */
  readonly on: readonly string[];
  /** What becomes of a document that is there: one of MongoDB's words, or a change that a result brings about. */
  readonly whenMatched: WhenMatched | ((result: Doc) => DocumentChange);
  readonly whenNotMatched: (typeof WHEN_NOT_MATCHED)[number];
}

const OPTIONS = ['into', 'on', 'let', 'whenMatched', 'whenNotMatched'];

/** Reads the argument of `$merge`; in its pipelines `variables` are seen, its own `let`, and `$$new`. */
export function readMerge(argument: Value, variables: Variables): MergeOutput {
  const spec = readSpec(argument);
  for (const name of spec.keys()) {
    if (OPTIONS.includes(name)) continue;
    throw new EngineError('IDLUnknownField', `BSON field '$merge.${name}' is an unknown field.`);
  }
  const whenMatched = readWhenMatched(spec, variables);
  const whenNotMatched = choice(spec.get('whenNotMatched') ?? 'insert', 'whenNotMatched', WHEN_NOT_MATCHED);
  if (whenMatched === 'fail' && whenNotMatched !== 'insert') {
    throw new EngineError(
      'Location51181',
      `Combination of $merge modes whenMatched: fail and whenNotMatched: ${whenNotMatched} is not supported`,
    );
  }
  const target = readMergeTarget(spec.get('into'));
  return { name: '$merge', target, on: readOn(spec.get('on')), whenMatched, whenNotMatched };
}

function readSpec(argument: Value): Doc {
  if (argument instanceof Map) return argument;
  if (typeof argument === 'string') return new Map([['into', argument]]);
  throw new EngineError(
    'Location51182',
    `$merge only supports a string or object argument, not ${typeName(argument)}`,
  );
}

function readOn(on: Value = '_id'): string[] {
  const fields = isArray(on) ? on : [on];
  if (fields.length === 0) {
    throw new EngineError(
      'Location51187',
      "If explicitly specifying $merge 'on', must include at least one field",
    );
  }
  const names = fields.map((field) => {
    if (typeof field === 'string') return field;
    const code = isArray(on) ? 'Location51134' : 'Location51186';
    throw new EngineError(
      code,
      `$merge 'on' must be a string or an array of strings, found ${typeName(field)}`,
    );
  });
  for (const name of names) checkFieldPath(name);
  if (new Set(names).size === names.length) return names;
  throw new EngineError('Location31465', `Found a duplicate field in $merge 'on': ${names.join(', ')}`);
}

function readWhenMatched(spec: Doc, variables: Variables): MergeOutput['whenMatched'] {
  const given = spec.get('whenMatched') ?? 'merge';
  const bound = spec.get('let');
  if (!isArray(given)) {
    if (bound === undefined) return choice(given, 'whenMatched', WHEN_MATCHED);
    throw new EngineError(
      'Location51199',
      "Cannot use 'let' variables with 'whenMatched' that is no pipeline",
    );
  }
  const evaluators = readLet(bound).map(
    ([name, value]) => [name, compileExpression(value, variables)] as const,
  );
  const changeOf = (result: Doc): DocumentChange => {
    const inner = new Map(variables);
    for (const [name, evaluate] of evaluators) inner.set(name, evaluate(result, variables));
    return compileDocumentStages(given, inner, "$merge's 'whenMatched' pipeline");
  };
  // Faults in the pipeline show before anything is written.
  changeOf(new Map());
  return changeOf;
}

function readLet(bound: Value | undefined): [string, Value][] {
  if (bound === undefined) return [['new', '$$ROOT']];
  if (!(bound instanceof Map)) {
    throw new EngineError('TypeMismatch', `BSON field '$merge.let' is the wrong type '${typeName(bound)}'`);
  }
  for (const name of bound.keys()) checkVariableName(name);
  if (bound.has('new') && bound.get('new') !== '$$ROOT') {
    throw new EngineError(
      'Location51273',
      "'let' may not define a value for the reserved 'new' variable other than '$$ROOT'",
    );
  }
  return [['new', '$$ROOT'], ...bound];
}

function choice<T extends string>(value: Value, name: string, choices: readonly T[]): T {
  const found = choices.find((one) => one === value);
  if (found !== undefined) return found;
  const code = name === 'whenMatched' && typeof value !== 'string' ? 'Location51191' : 'BadValue';
  throw new EngineError(
    code,
    `Enumeration value '${typeof value === 'string' ? value : typeName(value)}' for field '$merge.${name}' is not a valid value.`,
  );
}
