import type { Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import type { Variables } from '../query/expression/types.js';
import {
  addFieldsChange,
  projectChange,
  replaceRootChange,
  replaceWithChange,
  unsetChange,
  type ChangeCompiler,
  type DocumentChange,
} from './shape-stages.js';
import { OTHER_STAGES } from './stage-names.js';
import { nameStage, unknownStage } from './stage.js';

/** The stages that turn each document into one, without a look at others: all that updates may use. */
export const documentStages: ReadonlyMap<string, ChangeCompiler> = new Map([
  ['$addFields', addFieldsChange('$addFields')],
  ['$project', projectChange],
  ['$replaceRoot', replaceRootChange],
  ['$replaceWith', replaceWithChange],
  ['$set', addFieldsChange('$set')],
  ['$unset', unsetChange],
]);

/**
 * Compiles a pipeline that changes one document, as updates and `$merge` take it. The document given to the result
 * is not changed.
 * @param owner - what messages call the whole, such as `update`.
 * @throws EngineError InvalidOptions for a stage that does something else, Location40324 for an unknown one, and what
 *   the stages refuse.
 */
export function compileDocumentStages(
  stages: readonly Value[],
  variables: Variables,
  owner = 'update',
): DocumentChange {
  const changes = stages.map((stage) => {
    const { name, argument } = nameStage(stage);
    const compile = documentStages.get(name);
    if (compile !== undefined) return compile(argument, variables);
    if (!OTHER_STAGES.has(name)) throw unknownStage(name);
    throw new EngineError('InvalidOptions', `${name} is not allowed to be used within an ${owner}`);
  });
  return (doc) => changes.reduce((changed, change) => change(changed), doc);
}
