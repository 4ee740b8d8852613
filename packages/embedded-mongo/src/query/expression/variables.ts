import { DateTime, type Doc, type Value } from '../../bson/types.js';
import { compileExpression } from './expression.js';
import type { Variables } from './types.js';
import { checkVariableName } from './variable-names.js';

/**
 * The variables of one command: `NOW`, and those of its `let` document, whose expressions see no document.
 * @param now - the command's time, the same for all its documents.
 */
export function compileVariables(letDocument?: Doc, now = new DateTime(BigInt(Date.now()))): Variables {
  const variables = new Map<string, Value | undefined>([['NOW', now]]);
  const empty: Doc = new Map();
  for (const [name, value] of letDocument ?? []) {
    checkVariableName(name);
    variables.set(name, compileExpression(value, variables)(empty, variables));
  }
  return variables;
}
