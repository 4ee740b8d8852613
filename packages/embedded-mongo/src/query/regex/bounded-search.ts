import { createContext, Script } from 'node:vm';
import { EngineError } from '../../errors.js';
import { mayTake } from './cost.js';

/** Searches of up to this many steps run as they are: some milliseconds at most. */
const FREE_STEPS = 2_000_000;
/** How long all expressions together may hold the event loop at a stretch, in milliseconds. */
const STRETCH_MS = 200;

/** What remains of the current stretch; full again as soon as others have had their turn. */
let remaining = STRETCH_MS;

const context = createContext({ expression: undefined, text: undefined });
const search = new Script('expression.test(text)');

/**
 * Compiles a test by a regular expression that cannot hold the loop for long. Where the pattern may backtrack much over
 * a text of that length, the search runs under a time limit, which costs a tenth of a millisecond.
 * The function and its result throw Location51156 when expressions take too long, Location51091 for a bad pattern.
 * @param source - in JavaScript's syntax.
 */
export function boundedSearch(source: string, flags: string): (text: string) => boolean {
  const expression = spend(() => checkingSyntax(() => new RegExp(source, flags)));
  const steps = mayTake(source);
  let compiled = false;
  return (text) => {
    if (steps(text.length) > FREE_STEPS)
      return spend((limit) => checkingSyntax(() => guarded(expression, text, limit)));
    if (compiled) return expression.test(text);
    compiled = true;
    // JavaScript's engine does most of the compiling at the first search, and may only then refuse the pattern.
    return spend(() => checkingSyntax(() => expression.test(text)));
  };
}

/** Runs work on the account of the current stretch; throws where nothing is left of it. */
function spend<T>(work: (limit: number) => T): T {
  if (remaining <= 0) throw tooSlow();
  if (remaining === STRETCH_MS) setImmediate(() => (remaining = STRETCH_MS));
  const began = performance.now();
  try {
    return work(Math.ceil(remaining));
  } finally {
    remaining -= performance.now() - began;
  }
}

function checkingSyntax<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // The message repeats the pattern; what is wrong stands at its end.
    const reason = error.message.slice(error.message.lastIndexOf(': ') + 2);
    throw new EngineError('Location51091', `Regular expression is invalid: ${reason}`);
  }
}

function guarded(expression: RegExp, text: string, limit: number): boolean {
  Object.assign(context, { expression, text });
  try {
    return search.runInContext(context, { timeout: limit }) as boolean;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw tooSlow();
    throw error;
  } finally {
    Object.assign(context, { expression: undefined, text: undefined });
  }
}

function tooSlow(): EngineError {
  return new EngineError(
    'Location51156',
    `Error occurred while executing the regular expression: the expressions take more than ${String(STRETCH_MS)} ms`,
  );
}
