import { Int32 } from 'bson';
import type { Doc, Value } from '../../bson/types.js';
import type { Schema } from './json-schema.js';
import {
  badArgument,
  countArgument,
  documentArgument,
  failureOf,
  namesArgument,
  type Keyword,
  type SchemaContext,
} from './types.js';
import { regexTest } from '../regex/regex.js';
import { isArray } from '../values.js';

const required: Keyword = (argument) => {
  const names = namesArgument('required', argument);
  return (value) => {
    const missing = value instanceof Map ? names.filter((name) => !value.has(name)) : [];
    return missing.length === 0
      ? undefined
      : failureOf('required', argument, [['missingProperties', missing]]);
  };
};

const properties: Keyword = (argument, context) => {
  const schemas = [...documentArgument('properties', argument)].map(([name, schema]): [string, Schema] => [
    name,
    context.schema(documentArgument(`properties.${name}`, schema)),
  ]);
  return (value) => {
    if (!(value instanceof Map)) return undefined;
    const failed = schemas.flatMap(([name, schema]) => {
      const found = value.get(name);
      return found === undefined ? [] : propertyFailure(name, schema, found);
    });
    return failed.length === 0
      ? undefined
      : failureOf('properties', undefined, [['propertiesNotSatisfied', failed]]);
  };
};

/** One property that does not satisfy its schema, with the schema's own words about it. */
function propertyFailure(name: string, schema: Schema, value: Value): Doc[] {
  const failures = schema.failures(value);
  if (failures.length === 0) return [];
  const { title, description } = schema;
  const words: [string, Value][] = [];
  if (title !== undefined) words.push(['title', title]);
  if (description !== undefined) words.push(['description', description]);
  return [new Map<string, Value>([['propertyName', name], ...words, ['details', failures]])];
}

/** The patterns of `patternProperties`, as tests. */
function patternsOf(argument: Value | undefined): [string, (name: string) => boolean, Value][] {
  if (argument === undefined) return [];
  return [...documentArgument('patternProperties', argument)].map(([source, schema]) => [
    source,
    regexTest(source, ''),
    schema,
  ]);
}

const patternProperties: Keyword = (argument, context) => {
  const patterns = patternsOf(argument).map(
    ([source, test, schema]) =>
      [source, test, context.schema(documentArgument('patternProperties', schema))] as const,
  );
  return (value) => {
    if (!(value instanceof Map)) return undefined;
    const failed = patterns.flatMap(([source, test, schema]) =>
      [...value].flatMap(([name, inner]) =>
        (test(name) ? propertyFailure(name, schema, inner) : []).map(
          (failure) => new Map<string, Value>([...failure, ['regexMatched', source]]),
        ),
      ),
    );
    return failed.length === 0 ? undefined : failureOf('patternProperties', undefined, [['details', failed]]);
  };
};

/** What may be there beside the properties that the schema names. */
const additionalProperties: Keyword = (argument, { siblings, schema: compile }) => {
  const schema =
    typeof argument === 'boolean' ? argument : compile(documentArgument('additionalProperties', argument));
  if (schema === true) return undefined;
  const named = siblings.get('properties');
  const patterns = patternsOf(siblings.get('patternProperties'));
  const isNamed = (name: string): boolean =>
    (named instanceof Map && named.has(name)) || patterns.some(([, test]) => test(name));
  return (value) => {
    if (!(value instanceof Map)) return undefined;
    const others = [...value].filter(([name]) => !isNamed(name));
    if (schema === false) {
      return others.length === 0
        ? undefined
        : failureOf('additionalProperties', false, [['additionalProperties', others.map(([name]) => name)]]);
    }
    const failed = others.flatMap(([name, inner]) => propertyFailure(name, schema, inner));
    return failed.length === 0
      ? undefined
      : failureOf('additionalProperties', undefined, [
          ['reason', 'at least one additional property did not match the subschema'],
          ['details', failed],
        ]);
  };
};

/** `minProperties` and `maxProperties`. */
function propertyCount(name: string, allows: (count: number, bound: number) => boolean): Keyword {
  return (argument) => {
    const bound = countArgument(name, argument);
    return (value) =>
      !(value instanceof Map) || allows(value.size, bound)
        ? undefined
        : failureOf(name, argument, [
            ['reason', 'specified number of properties was not satisfied'],
            ['numberOfProperties', new Int32(value.size)],
          ]);
  };
}

/** What must be there, or hold, where a property is there. */
const dependencies: Keyword = (argument, context) => {
  const rules = [...documentArgument('dependencies', argument)].map(
    ([name, dependency]) => [name, dependencyRule(name, dependency, context)] as const,
  );
  return (value) => {
    if (!(value instanceof Map)) return undefined;
    const failed = rules.flatMap(([name, rule]) => (value.has(name) ? rule(value) : []));
    return failed.length === 0
      ? undefined
      : failureOf('dependencies', undefined, [['failingDependencies', failed]]);
  };
};

function dependencyRule(name: string, dependency: Value, context: SchemaContext): (value: Doc) => Doc[] {
  const failure = (details: [string, Value]): Doc =>
    new Map<string, Value>([['conditionalProperty', name], details]);
  if (isArray(dependency)) {
    const names = namesArgument('dependencies', dependency);
    return (value) => {
      const missing = names.filter((needed) => !value.has(needed));
      return missing.length === 0 ? [] : [failure(['missingProperties', missing])];
    };
  }
  if (!(dependency instanceof Map)) throw badArgument('dependencies', 'an object or an array', dependency);
  const schema = context.schema(dependency);
  return (value) => {
    const failures = schema.failures(value);
    return failures.length === 0 ? [] : [failure(['details', failures])];
  };
}

export const objectKeywords: readonly [string, Keyword][] = [
  ['additionalProperties', additionalProperties],
  ['dependencies', dependencies],
  ['maxProperties', propertyCount('maxProperties', (count, bound) => count <= bound)],
  ['minProperties', propertyCount('minProperties', (count, bound) => count >= bound)],
  ['patternProperties', patternProperties],
  ['properties', properties],
  ['required', required],
];
