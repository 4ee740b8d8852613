import { Binary } from 'bson';
import { encodeDoc, type Reply } from '../bson/codec.js';
import { RawDoc, type Doc, type Value } from '../bson/types.js';
import { BufferedResults } from '../query/execute/execute.js';
import type { Collection } from '../storage/collection.js';
import { Arguments } from './arguments.js';
import { batchSize } from './cursor-option.js';
import type { Command, CommandContext } from './command.js';
import type { Eventually } from './eventually.js';
import { checkDatabase } from './namespace.js';
import { isVisible } from './new-collection.js';
import { firstReply, readFilter } from './reading.js';

/** `listCollections`: the collections of a database, through a cursor. */
export const listCollections: Command = {
  name: 'listCollections',
  fields: ['filter', 'nameOnly', 'authorizedCollections', 'cursor'],
  inTransaction: false,
  write: false,
  run(context: CommandContext): Eventually<Reply> {
    const { db } = context;
    checkDatabase(db);
    const args = Arguments.ofCommand('listCollections', context.request.body);
    const filter = readFilter(args.documentOrEmpty('filter'), undefined);
    const size = batchSize(args) ?? Infinity;
    const nameOnly = args.flag('nameOnly');
    const docs = context.engine.store.catalogue
      .list(db)
      .filter((collection) => isVisible(context, collection))
      .map(describeCollection)
      .filter((doc) => filter.matches(doc))
      .map((doc) => new RawDoc(encodeDoc(nameOnly ? namePart(doc) : doc)));
    return firstReply(
      context,
      `${db}.$cmd.listCollections`,
      new BufferedResults(docs, context.engine.queryMemory),
      size,
    );
  },
};

function describeCollection(collection: Collection): Doc {
  const uuid = new Binary(Buffer.from(collection.uuid.replaceAll('-', ''), 'hex'), Binary.SUBTYPE_UUID);
  const info: Doc = new Map<string, Value>([
    ['readOnly', false],
    ['uuid', uuid],
  ]);
  return new Map<string, Value>([
    ['name', collection.name],
    ['type', 'collection'],
    ['options', collection.options],
    ['info', info],
    ['idIndex', collection.indexes[0]?.spec ?? null],
  ]);
}

function namePart(doc: Doc): Doc {
  return new Map([...doc].slice(0, 2));
}
