export { EmbeddedMongo } from './process/embedded-mongo.js';
export type { EmbeddedMongoExit, EmbeddedMongoOptions } from './process/embedded-mongo.js';
