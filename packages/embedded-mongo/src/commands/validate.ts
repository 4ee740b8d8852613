import type { Reply } from '../bson/codec.js';
import { EngineError } from '../errors.js';
import type { CollectionReport } from '../storage/check/collection.js';
import { Arguments } from './arguments.js';
import type { Command, CommandContext } from './command.js';
import { namespaceOf } from './namespace.js';

/**
 * `validate`: reads every document and every index entry of a collection, by scan and by search, and the structure of
 * the whole data file. It looks at what is on disk, in a process of its own, so the engine goes on meanwhile. `repair`
 * is refused: that is for a stopped folder, by `embedded-mongo --repair`.
 */
export const validate: Command = {
  name: 'validate',
  fields: [
    'full',
    'background',
    'metadata',
    'checkBSONConformance',
    'repair',
    'fixMultikey',
    'enforceFastCount',
  ],
  inTransaction: false,
  write: false,
  async run(context: CommandContext): Promise<Reply> {
    const { ns } = namespaceOf(context);
    const args = Arguments.ofCommand('validate', context.request.body);
    args.refuse('repair', 'fixMultikey', 'metadata');
    const { store } = context.engine;
    const collection = store.catalogue.find(ns);
    if (collection === undefined) {
      throw new EngineError('NamespaceNotFound', `Collection '${ns}' does not exist to validate.`);
    }
    await store.durable();
    const { problems, collections } = await store.check(ns, () => context.checkInterrupt());
    const [report] = collections;
    return replyOf(ns, report, problems);
  },
};

function replyOf(ns: string, report: CollectionReport | undefined, problems: readonly string[]): Reply {
  const indexes = report?.indexes ?? [];
  const errors = [
    ...problems,
    ...(report === undefined && problems.length === 0 ? [`${ns} was dropped meanwhile`] : []),
    ...indexes.flatMap(({ name, errors: found }) => found.map((text) => `${name}: ${text}`)),
  ];
  return {
    ns,
    nInvalidDocuments: report?.invalidDocuments ?? 0,
    nrecords: report?.records ?? 0,
    nIndexes: indexes.length,
    keysPerIndex: Object.fromEntries(indexes.map(({ name, keys }) => [name, keys])),
    indexDetails: Object.fromEntries(
      indexes.map(({ name, errors: found }) => [name, { valid: found.length === 0 }]),
    ),
    valid: errors.length === 0,
    repaired: false,
    warnings: [],
    errors,
    corruptRecords: [...(report?.corruptRecords ?? [])],
  };
}
