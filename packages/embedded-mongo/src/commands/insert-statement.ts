import { Int32, ObjectId, type Timestamp } from 'bson';
import { decodeDoc } from '../bson/codec.js';
import { readField, withIdFirst } from '../bson/fields.js';
import type { Value } from '../bson/types.js';
import { MAX_DEPTH, MAX_DOCUMENT_SIZE, validateDoc } from '../bson/validate.js';
import { EngineError } from '../errors.js';
import { insertDocument } from '../storage/records.js';
import { checkId } from '../update/id.js';
import { Arguments } from './arguments.js';
import type { CommandContext } from './command.js';
import { fillingOf } from './common-options.js';
import { andThen, type Eventually } from './eventually.js';
import type { Namespace } from './namespace.js';
import { collectionToWrite } from './new-collection.js';
import type { Recorder } from './statements.js';
import { documentCheck } from './validation.js';
import { write } from './writing.js';

/** The document as it is stored: `_id` first, made where it is missing. Throws BadValue or InvalidIdField. */
function storedForm(bytes: Uint8Array, timestamp?: () => Timestamp): Uint8Array {
  if (bytes.length > MAX_DOCUMENT_SIZE) {
    throw new EngineError(
      'BadValue',
      `object to insert too large. size in bytes: ${String(bytes.length)}, max size: ${String(MAX_DOCUMENT_SIZE)}`,
    );
  }
  const stored = withIdFirst(bytes, () => new ObjectId(), timestamp);
  checkId(readField(stored, '_id') as Value);
  return stored;
}

/**
 * Inserts one document; makes the collection where it does not exist. Throws Overflow for too deep a document,
 * DuplicateKey, WriteConflict or DocumentValidationFailure.
 */
export function runInsert(
  context: CommandContext,
  namespace: Namespace,
  bytes: Uint8Array,
  record: Recorder | undefined,
): Eventually<undefined> {
  // Anything less deep has passed when the message came in.
  if (context.request.levels > MAX_DEPTH) validateDoc(bytes);
  const stored = storedForm(bytes, fillingOf(Arguments.ofCommand('insert', context.body)));
  return andThen(collectionToWrite(context, namespace), (collection) =>
    write(context, collection, (transaction) => {
      documentCheck(context, collection)?.(decodeDoc(stored));
      insertDocument(transaction, collection, stored);
      record?.(transaction, new Map([['n', new Int32(1)]]));
      return undefined;
    }),
  );
}
