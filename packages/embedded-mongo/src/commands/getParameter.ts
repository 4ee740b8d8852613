import type { Reply } from '../bson/codec.js';
import { EngineError } from '../errors.js';
import { MONGODB_VERSION } from '../version.js';
import { adminOnly, type Command } from './command.js';

/** The server parameters that there are; none can be changed. */
const PARAMETERS: ReadonlyMap<string, Reply> = new Map([
  ['featureCompatibilityVersion', { version: MONGODB_VERSION.split('.').slice(0, 2).join('.') }],
]);

/** Server parameters by name, or all of them for `'*'`. */
export const getParameter: Command = {
  name: 'getParameter',
  fields: 'any',
  inTransaction: false,
  write: false,
  run(context) {
    adminOnly(context, 'getParameter');
    const { body } = context;
    const all = body.get('getParameter') === '*' || body.get('allParameters') === true;
    const found = [...PARAMETERS].filter(([name]) => all || body.has(name));
    if (found.length === 0) throw new EngineError('InvalidOptions', 'no option found to get');
    return Object.fromEntries(found);
  },
};
