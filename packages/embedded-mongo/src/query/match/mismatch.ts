import { Int32 } from 'bson';
import { typeName } from '../../bson/compare.js';
import type { Doc, Value } from '../../bson/types.js';
import { compileExpression } from '../expression/expression.js';
import { compileSchema } from '../json-schema/json-schema.js';
import { compileFilter } from './match.js';
import { splitPath } from '../paths.js';
import { holdsOperators } from '../values.js';
import { compileVariables } from '../expression/variables.js';

const reasons: ReadonlyMap<string, string> = new Map([
  ['$all', 'array did not contain all specified values'],
  ['$elemMatch', 'array did not satisfy the child predicate'],
  ['$exists', 'path does not exist'],
  ['$in', 'no matching value found in array'],
  ['$mod', '$mod did not evaluate to expected remainder'],
  ['$nin', 'matching value found in array'],
  ['$not', 'child expression matched'],
  ['$regex', 'regular expression did not match'],
  ['$size', 'array length was not equal to given size'],
  ['$type', 'type did not match'],
]);

/** Why a document does not satisfy a filter, in the manner of MongoDB's `errInfo.details`. */
export function explainMismatch(filter: Doc, doc: Doc): Doc {
  const clauses = clausesOf(filter);
  const [only] = clauses;
  if (clauses.length === 1 && only) return explainClause(only, doc);
  return explainClauses('$and', clauses, doc);
}

/** The filter as single conditions: one field or operator each, and one operator of a field. */
function clausesOf(filter: Doc): Doc[] {
  return [...filter].flatMap(([name, argument]) => {
    const isField = !name.startsWith('$');
    if (!isField || !holdsOperators(argument) || argument.has('$options'))
      return [new Map([[name, argument]])];
    return [...argument].map(([operator, operand]) => new Map([[name, new Map([[operator, operand]])]]));
  });
}

function explainClauses(operatorName: string, clauses: readonly Doc[], doc: Doc): Doc {
  const failed = clauses.flatMap((clause, index) =>
    compileFilter(clause).matches(doc)
      ? []
      : [
          new Map<string, Value>([
            ['index', new Int32(index)],
            ['details', explainMismatch(clause, doc)],
          ]),
        ],
  );
  return new Map<string, Value>([
    ['operatorName', operatorName],
    ['clausesNotSatisfied', failed],
  ]);
}

function explainClause(clause: Doc, doc: Doc): Doc {
  const [name, argument] = [...clause][0] as [string, Value];
  switch (name) {
    case '$and':
    case '$or':
      return explainClauses(name, argument as Doc[], doc);
    case '$nor':
      return explainNor(argument as Doc[], doc);
    case '$jsonSchema':
      return explainSchema(argument as Doc, doc);
    case '$expr': {
      const variables = compileVariables();
      const result = compileExpression(argument, variables)(doc, variables);
      return failure(name, clause, 'expression did not match', [['expressionResult', result]]);
    }
    default:
      return explainField(clause, name, argument, doc);
  }
}

function explainNor(branches: readonly Doc[], doc: Doc): Doc {
  const satisfied = branches.flatMap((branch, index) =>
    compileFilter(branch).matches(doc)
      ? [
          new Map<string, Value>([
            ['index', new Int32(index)],
            ['details', new Map([['specifiedAs', branch]])],
          ]),
        ]
      : [],
  );
  return new Map<string, Value>([
    ['operatorName', '$nor'],
    ['clausesSatisfied', satisfied],
  ]);
}

function explainSchema(source: Doc, doc: Doc): Doc {
  const schema = compileSchema(source);
  const explained: Doc = new Map([['operatorName', '$jsonSchema']]);
  if (schema.title !== undefined) explained.set('title', schema.title);
  if (schema.description !== undefined) explained.set('description', schema.description);
  return explained.set('schemaRulesNotSatisfied', schema.failures(doc));
}

function explainField(clause: Doc, path: string, argument: Value, doc: Doc): Doc {
  const [operator = '$eq'] = holdsOperators(argument) ? argument.keys() : [];
  const value = valueAt(doc, path);
  if (value === undefined && operator !== '$exists')
    return failure(operator, clause, 'field was missing', []);
  const type: [string, Value][] =
    operator === '$type' && value !== undefined ? [['consideredType', typeName(value)]] : [];
  const reason = operator === '$exists' && value !== undefined ? 'path does exist' : reasons.get(operator);
  return failure(operator, clause, reason ?? 'comparison failed', [['consideredValue', value], ...type]);
}

function failure(
  operatorName: string,
  specifiedAs: Doc,
  reason: string,
  more: readonly (readonly [string, Value | undefined])[],
): Doc {
  const explained: Doc = new Map<string, Value>([
    ['operatorName', operatorName],
    ['specifiedAs', specifiedAs],
    ['reason', reason],
  ]);
  for (const [name, value] of more) if (value !== undefined) explained.set(name, value);
  return explained;
}

/** The value that the path names through documents; an array on the way stands for all that is in it. */
function valueAt(doc: Doc, path: string): Value | undefined {
  let value: Value | undefined = doc;
  for (const part of splitPath(path)) {
    if (!(value instanceof Map)) return value;
    value = value.get(part);
  }
  return value;
}
