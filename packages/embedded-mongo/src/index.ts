export { EmbeddedMongo } from './process/embedded-mongo.js';
export type { EmbeddedMongoOptions, ProcessExit } from './process/embedded-mongo.js';
