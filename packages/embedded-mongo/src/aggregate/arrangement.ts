import { EngineError } from '../errors.js';
import { isOutput } from './output.js';
import { isSource } from './source.js';
import type { NamedStage } from './stage.js';

/** Where a pipeline stands: `top`, or the name of the stage that has it in its argument. */
export type Place = string;

/** Throws where a stage stands where MongoDB does not allow it. */
export function checkArrangement(named: readonly NamedStage[], place: Place): void {
  for (const [i, { name }] of named.entries()) {
    if (!isAllowed(name, place)) throw misplaced(name, place);
    if (isSource(name) && i > 0) {
      throw new EngineError('Location40602', `${name} is only valid as the first stage in a pipeline`);
    }
    if (isOutput(name) && i < named.length - 1) {
      throw new EngineError('Location40601', `${name} can only be the final stage in the pipeline`);
    }
  }
}

function isAllowed(name: string, place: Place): boolean {
  if (place === 'top') return true;
  if (isOutput(name)) return false;
  if (place === '$facet') return name !== '$facet' && !isSource(name);
  return !isSource(name) || name === '$documents';
}

function misplaced(name: string, place: Place): EngineError {
  if (place === '$facet') {
    return new EngineError('Location40600', `${name} is not allowed to be used within a $facet stage`);
  }
  const code = place === '$lookup' ? 'Location51047' : 'Location31441';
  return new EngineError(code, `${name} is not allowed within a ${place}'s sub-pipeline`);
}
