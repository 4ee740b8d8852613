import { MAX_DOCUMENT_SIZE } from '../bson/validate.js';
import { ENGINE_VERSION, MONGODB_VERSION } from '../version.js';
import type { Command } from './command.js';

/** The version of MongoDB that the engine follows, and, in `embeddedMongo`, the engine's own. */
export const buildInfo: Command = {
  name: 'buildInfo',
  aliases: ['buildinfo'],
  fields: [],
  inTransaction: false,
  write: false,
  run: () => ({
    version: MONGODB_VERSION,
    embeddedMongo: ENGINE_VERSION,
    gitVersion: 'none',
    modules: [],
    sysInfo: 'deprecated',
    versionArray: [...MONGODB_VERSION.split('.').map(Number), 0],
    javascriptEngine: 'none',
    bits: 64,
    debug: false,
    maxBsonObjectSize: MAX_DOCUMENT_SIZE,
    storageEngines: ['lmdb'],
  }),
};
