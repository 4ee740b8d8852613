import type { Document, MongoClient } from 'mongodb';
import type { Entities } from './entities.js';
import type { Operation, OperationArguments } from './format.js';

/** One case under way. */
export interface CaseRun {
  /** The runner's own client, which no case sees. */
  readonly internal: MongoClient;
  readonly entities: Entities;
  /** The fail points that the case has set. */
  readonly failPoints: Set<string>;
  /** Runs an operation and checks it; resolves with the error that the case expected or ignores, if there was one. */
  perform(operation: Operation): Promise<unknown>;
}

/** One operation with its arguments. */
export interface Call {
  readonly args: OperationArguments;
  readonly run: CaseRun;
  /** The arguments besides the named ones, as options of the driver's methods. */
  readonly options: (...without: (keyof OperationArguments)[]) => Document;
}

/** The operations that a kind of entity has. */
export type Operations<Target> = Readonly<Record<string, (target: Target, call: Call) => Promise<unknown>>>;
