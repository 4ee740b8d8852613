import type { Source } from '../aggregate/source.js';
import { givenDocuments } from '../aggregate/source.js';
import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import type { Variables } from '../query/expression/types.js';
import type { PipelineReader } from '../query/execute/pipeline-reader.js';
import type { Collection } from '../storage/collection.js';
import { collectionStats } from './aggregate-coll-stats.js';
import { Arguments } from './arguments.js';
import type { CommandContext } from './command.js';
import { localSessions } from './local-sessions.js';
import { describeOperation } from './operation-description.js';

/** What a pipeline's first stage brings documents of its own for, and from. */
export interface SourceScope {
  readonly ns: string;
  readonly collection: Collection | undefined;
  readonly variables: Variables;
  readonly reader: PipelineReader;
}

/**
 * Throws where a pipeline's first stage does not fit what the pipeline is about.
 * @param first - the stage's name, for messages.
 */
export function checkSource(
  db: string,
  source: Source | undefined,
  hasCollection: boolean,
  first: string,
): void {
  const name = source?.name ?? first;
  const needsCollection = source === undefined || source.name === '$collStats';
  if (needsCollection && !hasCollection) {
    throw new EngineError(
      'InvalidNamespace',
      `{aggregate: 1} is not valid for '${name}'; a collection is required.`,
    );
  }
  if (!needsCollection && hasCollection) {
    throw new EngineError('InvalidNamespace', `${name} can only be run with {aggregate: 1}`);
  }
  if (source?.name === '$currentOp' && db !== 'admin') {
    throw new EngineError(
      'InvalidNamespace',
      "$currentOp must be run against the 'admin' database with {aggregate: 1}",
    );
  }
}

/** The documents that a first stage brings. */
export function sourceDocuments(
  context: CommandContext,
  { name, argument }: Source,
  scope: SourceScope,
): Iterable<Doc> | AsyncIterable<Doc> {
  switch (name) {
    case '$collStats':
      return collectionStats(context, argument, scope);
    case '$currentOp':
      return currentOperations(context, argument);
    case '$documents':
      return givenDocuments(argument, scope.variables);
    case '$listLocalSessions':
      return localSessions(context, argument);
  }
}

/** `$currentOp`: the commands under way. Idle connections, sessions and cursors are not shown. */
function currentOperations({ engine }: CommandContext, argument: Value): Doc[] {
  const args = Arguments.of('$currentOp', argument as Doc, [
    'allUsers',
    'idleConnections',
    'idleSessions',
    'localOps',
    'idleCursors',
    'backtrace',
    'truncateOps',
  ]);
  args.refuse('idleCursors', 'backtrace');
  return engine.operations.list().map(describeOperation);
}
