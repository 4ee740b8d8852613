import { encodeKeyValue } from '../bson/keystring.js';
import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { compileExpression } from '../query/expression/expression.js';
import type { Expression, Variables } from '../query/expression/types.js';
import { approximateSize, MemoryBudget } from './memory.js';
import { firstField } from '../query/values.js';
import { accumulators, type Accumulator, type AccumulatorKind } from './group-accumulators.js';
import { batchesOf, type StageCompiler } from './stage.js';

interface GroupField {
  readonly name: string;
  readonly start: AccumulatorKind['start'];
  readonly evaluate: Expression;
}

interface Group {
  readonly id: Value;
  readonly totals: Accumulator[];
}

/** What a group costs beside its id and what its accumulators keep, in bytes. */
const groupOverhead = 128;

export const group: StageCompiler = (argument, variables) => {
  const { id, fields } = parseGroup(argument, variables);
  return async function* (input, { slice, memory }) {
    const groups = new Map<string, Group>();
    const budget = new MemoryBudget('$group', memory);
    try {
      for await (const batch of input) {
        for (const doc of batch) {
          const target = groupFor(id(doc, variables) ?? null, groups, fields, budget);
          for (const [i, field] of fields.entries()) {
            budget.take((target.totals[i] as Accumulator).add(field.evaluate(doc, variables)));
          }
          if (slice.isPast()) await slice.rest();
        }
      }
      yield* batchesOf(results(groups, fields), slice);
    } finally {
      budget.release();
    }
  };
};

function groupFor(
  id: Value,
  groups: Map<string, Group>,
  fields: readonly GroupField[],
  budget: MemoryBudget,
): Group {
  const key = encodeKeyValue(id);
  let target = groups.get(key);
  if (!target) {
    target = { id, totals: fields.map(({ start }) => start()) };
    groups.set(key, target);
    budget.take(groupOverhead * (fields.length + 1) + key.length + approximateSize(id));
  }
  return target;
}

function* results(groups: Map<string, Group>, fields: readonly GroupField[]): Generator<Doc> {
  for (const { id, totals } of groups.values()) {
    const result: Doc = new Map([['_id', id]]);
    for (const [i, { name }] of fields.entries()) result.set(name, (totals[i] as Accumulator).result());
    yield result;
  }
}

function parseGroup(argument: Value, variables: Variables): { id: Expression; fields: GroupField[] } {
  if (!(argument instanceof Map)) {
    throw new EngineError('Location15947', "a group's fields must be specified in an object");
  }
  const id = argument.get('_id');
  if (id === undefined) throw new EngineError('Location15955', 'a group specification must include an _id');
  const fields = [...argument]
    .filter(([name]) => name !== '_id')
    .map(([name, spec]) => parseField(name, spec, variables));
  return { id: compileExpression(id, variables), fields };
}

function parseField(name: string, spec: Value, variables: Variables): GroupField {
  if (name.includes('.')) {
    throw new EngineError('Location40235', `The field name '${name}' cannot contain '.'`);
  }
  if (name.startsWith('$')) {
    throw new EngineError('Location40236', `The field name '${name}' cannot be an operator name`);
  }
  const operator = spec instanceof Map ? firstField(spec) : undefined;
  if (!(spec instanceof Map) || !operator?.startsWith('$')) {
    throw new EngineError('Location40234', `The field '${name}' must be an accumulator object`);
  }
  if (spec.size > 1) {
    throw new EngineError('Location40238', `The field '${name}' must specify one accumulator`);
  }
  const kind = accumulators.get(operator);
  if (!kind) throw new EngineError('Location15952', `unknown group operator '${operator}'`);
  const operand = kind.operandOf(operator, spec.get(operator) ?? null);
  return { name, start: kind.start, evaluate: compileExpression(operand, variables) };
}
