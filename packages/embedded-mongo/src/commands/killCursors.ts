import { Long } from 'bson';
import type { Reply } from '../bson/codec.js';
import { EngineError } from '../errors.js';
import { Arguments } from './arguments.js';
import type { Command, CommandContext } from './command.js';
import { namespaceOf } from './namespace.js';

/** `killCursors`: closes cursors of one collection before their end. */
export const killCursors: Command = {
  name: 'killCursors',
  fields: ['cursors'],
  inTransaction: true,
  write: false,
  run(context: CommandContext): Reply {
    const args = Arguments.ofCommand('killCursors', context.request.body);
    const ids = args.list('cursors');
    if (ids === undefined) throw args.missing('cursors');
    const { ns } = namespaceOf(context);
    const killed: Long[] = [];
    const notFound: Long[] = [];
    for (const id of ids) {
      if (!(id instanceof Long)) {
        throw new EngineError('TypeMismatch', "BSON field 'killCursors.cursors' must hold longs");
      }
      if (context.engine.cursors.kill(id.toBigInt(), ns)) killed.push(id);
      else notFound.push(id);
    }
    return { cursorsKilled: killed, cursorsNotFound: notFound, cursorsAlive: [], cursorsUnknown: [] };
  },
};
