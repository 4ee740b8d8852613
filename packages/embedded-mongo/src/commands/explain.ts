import type { Reply } from '../bson/codec.js';
import type { Doc } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { AGGREGATE_FIELDS, readAggregate } from './aggregate.js';
import { Arguments } from './arguments.js';
import { collationOf } from './collation.js';
import type { Command, CommandContext } from './command.js';
import { readCount } from './count.js';
import { explainPipeline, explainQuery, type Explained, type Verbosity } from './explain-reply.js';
import { readFind } from './find.js';
import { checkedNamespace } from './namespace.js';
import { collectionToRead, readFilter, readSort, type Query } from './reading.js';

/** `explain`: how a find, aggregate, count, distinct, update, delete or findAndModify would find its documents. */
export const explain: Command = {
  name: 'explain',
  fields: ['verbosity'],
  inTransaction: false,
  write: false,
  async run(context: CommandContext): Promise<Reply> {
    const args = new Arguments('explain', context.request.body);
    const command = args.document('explain');
    if (command === undefined) throw args.missing('explain');
    const verbosity = readVerbosity(args.text('verbosity'));
    const [name, target] = command.entries().next().value ?? ['', ''];
    if (typeof target !== 'string') {
      throw new EngineError('InvalidNamespace', 'explain needs a command upon a collection');
    }
    const { ns } = checkedNamespace(context.db, target);
    const collection = await collectionToRead(context, ns);
    const inner = new Arguments(name, command);
    const reply =
      name === 'aggregate'
        ? await explainPipeline(context, ns, collection, readExplainedPipeline(inner, command), verbosity)
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

function readExplainedPipeline(args: Arguments, command: Doc): ReturnType<typeof readAggregate> {
  const generic = ['aggregate', '$db', 'lsid', 'readConcern', 'maxTimeMS', 'comment', '$readPreference'];
  for (const field of command.keys()) {
    if (AGGREGATE_FIELDS.includes(field) || generic.includes(field)) continue;
    throw new EngineError('IDLUnknownField', `BSON field 'aggregate.${field}' is an unknown field.`);
  }
  return readAggregate(args);
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
      return explainedStatement(args, 'updates');
    case 'delete':
      return explainedStatement(args, 'deletes');
    case 'findAndModify':
    case 'findandmodify':
      return {
        query: { ...queryOf(args, 'query'), sort: readSort(args) },
        window: { limit: 1 },
      };
    default:
      throw new EngineError('CommandNotFound', `Explain failed due to unknown command: ${name}`);
  }
}

/** The first statement of a write command: MongoDB explains just one. */
function explainedStatement(args: Arguments, field: string): Explained {
  const [statement, ...others] = args.documents(field) ?? [];
  if (statement === undefined || others.length > 0) {
    throw new EngineError('InvalidLength', 'explained write batches must be of size 1');
  }
  const inner = new Arguments(field, statement);
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
