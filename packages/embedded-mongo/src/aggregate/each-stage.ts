import type { Value } from '../bson/types.js';
import { isArray } from '../query/values.js';

/** Visits all stages of a checked pipeline, and those of the pipelines in them. */
export function eachStage(pipeline: readonly Value[], visit: (name: string, argument: Value) => void): void {
  for (const stage of pipeline) {
    for (const [name, argument] of stage instanceof Map ? stage : []) {
      visit(name, argument);
      for (const nested of nestedPipelines(name, argument)) eachStage(nested, visit);
    }
  }
}

function nestedPipelines(name: string, argument: Value): Value[][] {
  if (!(argument instanceof Map)) return [];
  if (name === '$facet') return [...argument.values()].filter(isArray);
  return name === '$lookup' || name === '$unionWith' ? [argument.get('pipeline')].filter(isArray) : [];
}

/** The names of the collections that the stages of a checked pipeline read, at whatever depth. */
export function foreignCollections(pipeline: readonly Value[]): Set<string> {
  const names = new Set<string>();
  eachStage(pipeline, (name, argument) => {
    const field = name === '$lookup' ? 'from' : name === '$unionWith' ? 'coll' : undefined;
    if (field === undefined) return;
    const collection = argument instanceof Map ? argument.get(field) : argument;
    if (typeof collection === 'string') names.add(collection);
  });
  return names;
}
