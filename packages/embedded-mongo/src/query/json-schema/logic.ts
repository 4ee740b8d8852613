import { Int32 } from 'bson';
import type { Doc, Value } from '../../bson/types.js';
import { EngineError } from '../../errors.js';
import type { Schema } from './json-schema.js';
import { badArgument, documentArgument, failureOf, type Keyword, type SchemaContext } from './types.js';
import { isArray } from '../values.js';

function schemasOf(name: string, argument: Value, context: SchemaContext): Schema[] {
  if (!isArray(argument)) throw badArgument(name, 'an array', argument);
  if (argument.length === 0) {
    throw new EngineError('BadValue', `$jsonSchema keyword '${name}' must be a non-empty array`);
  }
  return argument.map((schema) => context.schema(documentArgument(name, schema)));
}

function unsatisfied(schemas: readonly Schema[], value: Value): Doc[] {
  return schemas.flatMap((schema, index) => {
    const failures = schema.failures(value);
    if (failures.length === 0) return [];
    return [
      new Map<string, Value>([
        ['index', new Int32(index)],
        ['details', failures],
      ]),
    ];
  });
}

const allOf: Keyword = (argument, context) => {
  const schemas = schemasOf('allOf', argument, context);
  return (value) => {
    const failed = unsatisfied(schemas, value);
    return failed.length === 0 ? undefined : failureOf('allOf', undefined, [['schemasNotSatisfied', failed]]);
  };
};

const anyOf: Keyword = (argument, context) => {
  const schemas = schemasOf('anyOf', argument, context);
  return (value) => {
    const failed = unsatisfied(schemas, value);
    if (failed.length < schemas.length) return undefined;
    return failureOf('anyOf', undefined, [['schemasNotSatisfied', failed]]);
  };
};

const oneOf: Keyword = (argument, context) => {
  const schemas = schemasOf('oneOf', argument, context);
  return (value) => {
    const failed = unsatisfied(schemas, value);
    const matching = schemas.flatMap((schema, index) =>
      schema.failures(value).length === 0 ? [new Int32(index)] : [],
    );
    if (matching.length === 1) return undefined;
    if (matching.length === 0) return failureOf('oneOf', undefined, [['schemasNotSatisfied', failed]]);
    return failureOf('oneOf', undefined, [
      ['reason', 'more than one subschema matched'],
      ['matchingSchemaIndexes', matching],
    ]);
  };
};

const not: Keyword = (argument, context) => {
  const schema = context.schema(documentArgument('not', argument));
  return (value) =>
    schema.failures(value).length > 0
      ? undefined
      : failureOf('not', undefined, [
          ['reason', 'child expression matched'],
          ['consideredValue', value],
        ]);
};

export const logicKeywords: readonly [string, Keyword][] = [
  ['allOf', allOf],
  ['anyOf', anyOf],
  ['not', not],
  ['oneOf', oneOf],
];
