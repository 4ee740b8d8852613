import { bucket, sortByCount } from './bucket.js';
import { documentStages } from './document-stages.js';
import { facet } from './facet.js';
import { group } from './group.js';
import { lookup } from './lookup.js';
import {
  count,
  limitArgument,
  limitStage,
  match,
  skipArgument,
  skipStage,
  sortArgument,
  sortStage,
} from './simple-stages.js';
import { mapping, type StageCompiler } from './stage.js';
import { unionWith } from './union-with.js';
import { unwind } from './unwind.js';

const changing = [...documentStages].map(([name, compile]): [string, StageCompiler] => [
  name,
  (argument, variables) => mapping(compile(argument, variables)),
]);

/** All stages by name but those that bring documents or write them. */
export const stages: ReadonlyMap<string, StageCompiler> = new Map([
  ...changing,
  ['$bucket', bucket],
  ['$count', count],
  ['$facet', facet],
  ['$group', group],
  ['$limit', (argument) => limitStage(limitArgument(argument))],
  ['$lookup', lookup],
  ['$match', match],
  ['$skip', (argument) => skipStage(skipArgument(argument))],
  ['$sort', (argument) => sortStage(sortArgument(argument))],
  ['$sortByCount', sortByCount],
  ['$unionWith', unionWith],
  ['$unwind', unwind],
]);
