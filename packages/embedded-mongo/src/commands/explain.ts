import type { Reply } from '../bson/codec.js';
import { EngineError } from '../errors.js';
import { aggregate, readAggregate } from './aggregate.js';
import { Arguments } from './arguments.js';
import { collationOf } from './collation.js';
import type { Command, CommandContext } from './command.js';
import { checkFields } from './command-fields.js';
import { count, readCount } from './count.js';
import { DELETE_FIELDS, deleteCommand } from './delete.js';
import { distinct } from './distinct.js';
import { explainPipeline, explainQuery, type Explained, type Verbosity } from './explain-reply.js';
import { find, readFind } from './find.js';
import { findAndModify } from './findAndModify.js';
import { checkedNamespace } from './namespace.js';
import { collectionToRead, readFilter, readSort, type Query } from './reading.js';
import { UPDATE_FIELDS, update } from './update.js';

const EXPLAINED: readonly Command[] = [
  aggregate,
  count,
  deleteCommand,
  distinct,
  find,
  findAndModify,
  update,
];

/** `explain`: how a find, aggregate, count, distinct, update, delete or findAndModify would find its documents. */
export const explain: Command = {
  name: 'explain',
  fields: ['verbosity'],
  inTransaction: false,
  write: false,
  async run(context: CommandContext): Promise<Reply> {
    const args = Arguments.ofCommand('explain', context.request.body);
    const command = args.document('explain');
    if (command === undefined) throw args.missing('explain');
    const verbosity = readVerbosity(args.text('verbosity'));
    const [name, target] = command.entries().next().value ?? ['', ''];
    if (typeof target !== 'string') {
      throw new EngineError('InvalidNamespace', 'explain needs a command upon a collection');
    }
    const { ns } = checkedNamespace(context.db, target);
    const collection = await collectionToRead(context, ns);
    checkFields(explainedCommand(name), command);
    const inner = Arguments.ofCommand(name, command);
    const reply =
      name === 'aggregate'
        ? await explainPipeline(context, ns, collection, readAggregate(inner), verbosity)
        : await explainQuery(context, ns, collection, readExplained(name, inner), verbosity);
    return { ...reply, command };
  },
};

function readVerbosity(verbosity = 'allPlansExecution'): Verbosity {
  if (verbosity === 'queryPlanner' || verbosity === 'executionStats' || verbosity === 'allPlansExecution') {
    return verbosity;
  }
  throw new EngineError(
    'BadValue',
    `Enumeration value '${verbosity}' for field 'explain.verbosity' is not a valid value.`,
  );
}

/** The command to explain. Throws CommandNotFound for one that has no plan. */
function explainedCommand(name: string): Command {
  const found = EXPLAINED.find((command) => command.name === name || command.aliases?.includes(name));
  if (found !== undefined) return found;
  throw new EngineError('CommandNotFound', `Explain failed due to unknown command: ${name}`);
}

function readExplained(name: string, args: Arguments): Explained {
  switch (name) {
    case 'find': {
      const { query, window } = readFind(args);
      return { query, window, projection: args.document('projection') };
    }
    case 'count': {
      const { query, skip, limit } = readCount(args);
      return { query, window: { skip, limit }, counting: true };
    }
    case 'distinct':
      return { query: queryOf(args, 'query'), window: {} };
    case 'update':
      return explainedStatement(args, 'updates', UPDATE_FIELDS);
    case 'delete':
      return explainedStatement(args, 'deletes', DELETE_FIELDS);
    default:
      return {
        query: { ...queryOf(args, 'query'), sort: readSort(args) },
        window: { limit: 1 },
      };
  }
}

/** The first statement of a write command: MongoDB explains just one. */
function explainedStatement(args: Arguments, field: string, names: readonly string[]): Explained {
  const [statement, ...others] = args.documents(field) ?? [];
  if (statement === undefined || others.length > 0) {
    throw new EngineError('InvalidLength', 'explained write batches must be of size 1');
  }
  const inner = args.part(field, statement, names);
  inner.refuse('upsertSupplied', 'c');
  const one = field === 'deletes' ? inner.wholeNumber('limit') === 1 : !inner.flag('multi');
  return {
    query: { ...queryOf(inner, 'q'), sort: readSort(inner) },
    window: one ? { limit: 1 } : {},
  };
}

function queryOf(args: Arguments, filter: string): Query {
  const collation = collationOf(args);
  return {
    filter: readFilter(args.documentOrEmpty(filter), args.document('let'), collation),
    hint: args.hint(),
    collation,
  };
}
