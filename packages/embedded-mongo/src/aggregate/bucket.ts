import { Int32 } from 'bson';
import { compareValues, typeOrder } from '../bson/compare.js';
import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { compileExpression } from '../query/expression/expression.js';
import type { Variables } from '../query/expression/types.js';
import { firstField, isArray } from '../query/values.js';
import { group } from './group.js';
import { sortStage } from './simple-stages.js';
import { chained, type StageCompiler } from './stage.js';

const OPTIONS = ['groupBy', 'boundaries', 'default', 'output'];

const countField = (): Doc => new Map([['count', new Map([['$sum', new Int32(1)]])]]);

/** `$bucket`: `$group` by ranges, in their order. */
export const bucket: StageCompiler = (argument, variables, nest) => {
  const spec = readSpec(argument);
  const groupBy = spec.get('groupBy') as Value;
  if (!isExpression(groupBy)) {
    throw new EngineError(
      'Location40202',
      'The $bucket "groupBy" field must be defined as a $-prefixed path or an expression object',
    );
  }
  const boundaries = readBoundaries(spec.get('boundaries') as Value, variables);
  const fallback = readDefault(spec, boundaries, variables);
  const output = spec.get('output') ?? countField();
  if (!(output instanceof Map)) {
    throw new EngineError('Location40196', 'The $bucket "output" field must be an object');
  }
  const grouping = new Map<string, Value>([['_id', bucketOf(groupBy, boundaries, fallback)], ...output]);
  return chained(group(grouping, variables, nest), sortStage(new Map([['_id', new Int32(1)]])));
};

function readSpec(argument: Value): Doc {
  if (!(argument instanceof Map)) {
    throw new EngineError('Location40201', 'Argument to $bucket stage must be an object');
  }
  for (const name of argument.keys()) {
    if (!OPTIONS.includes(name)) {
      throw new EngineError('Location40197', `Unrecognized option to $bucket: ${name}.`);
    }
  }
  if (argument.has('groupBy') && argument.has('boundaries')) return argument;
  throw new EngineError('Location40198', "$bucket requires 'groupBy' and 'boundaries' to be specified.");
}

/** A path or an operator, as grouping by a constant would be of no use. */
function isExpression(value: Value): boolean {
  if (typeof value === 'string') return value.startsWith('$');
  return value instanceof Map && firstField(value)?.startsWith('$') === true;
}

function readBoundaries(given: Value, variables: Variables): Value[] {
  if (!isArray(given)) {
    throw new EngineError('Location40200', "The $bucket 'boundaries' field must be an array");
  }
  if (given.length < 2) {
    throw new EngineError('Location40192', "The $bucket 'boundaries' field must have at least 2 values");
  }
  const boundaries = given.map((boundary) => constant(boundary, variables));
  for (const [i, upper] of boundaries.slice(1).entries()) {
    const lower = boundaries[i] as Value;
    if (typeOrder(lower) !== typeOrder(upper)) {
      throw new EngineError(
        'Location40193',
        "All values in the 'boundaries' option to $bucket must have the same type",
      );
    }
    if (compareValues(lower, upper) >= 0) {
      throw new EngineError(
        'Location40194',
        "The 'boundaries' option to $bucket must be sorted in ascending order",
      );
    }
  }
  return boundaries;
}

function readDefault(spec: Doc, boundaries: readonly Value[], variables: Variables): Value | undefined {
  const given = spec.get('default');
  if (given === undefined) return undefined;
  const fallback = constant(given, variables);
  const within =
    compareValues(fallback, boundaries[0] as Value) >= 0 &&
    compareValues(fallback, boundaries.at(-1) as Value) < 0;
  if (!within) return fallback;
  throw new EngineError(
    'Location40199',
    "The $bucket 'default' field must be less than the lowest boundary or not less than the highest one.",
  );
}

function constant(value: Value, variables: Variables): Value {
  return compileExpression(value, variables)(new Map(), variables) ?? null;
}

/** The expression for the lower bound of the range that a value is in. */
function bucketOf(groupBy: Value, boundaries: readonly Value[], fallback: Value | undefined): Doc {
  const branches = boundaries.slice(1).map((upper, i): Doc => {
    const lower = literal(boundaries[i] as Value);
    const within = [new Map([['$gte', [groupBy, lower]]]), new Map([['$lt', [groupBy, literal(upper)]]])];
    return new Map<string, Value>([
      ['case', new Map([['$and', within]])],
      ['then', lower],
    ]);
  });
  const choice: Doc = new Map<string, Value>([['branches', branches]]);
  if (fallback !== undefined) choice.set('default', literal(fallback));
  return new Map([['$switch', choice]]);
}

function literal(value: Value): Doc {
  return new Map([['$literal', value]]);
}

/** `$sortByCount`: how often each value of an expression is there, the most frequent first. */
export const sortByCount: StageCompiler = (argument, variables, nest) => {
  if (typeof argument === 'string') {
    if (!argument.startsWith('$')) {
      throw new EngineError('Location40148', 'the sortByCount field must be a $-prefixed path');
    }
  } else if (!(argument instanceof Map)) {
    throw new EngineError(
      'Location40149',
      'the sortByCount field must be specified as a string or as an object',
    );
  } else if (!isExpression(argument)) {
    throw new EngineError('Location40147', 'the sortByCount field must be an expression inside an object');
  }
  const grouping = new Map<string, Value>([['_id', argument], ...countField()]);
  return chained(group(grouping, variables, nest), sortStage(new Map([['count', new Int32(-1)]])));
};
