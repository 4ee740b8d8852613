import { encodeDoc } from '../bson/codec.js';
import { decodePart, encodeWithPart } from '../bson/part.js';
import { checkSize, validateDoc } from '../bson/validate.js';
import type { Collection } from '../storage/collection.js';
import { indexFields } from '../storage/index-fields.js';
import { updateDocument, type NewForm } from '../storage/records.js';
import type { Transaction } from '../storage/transaction.js';
import type { Update } from '../update/update.js';
import type { CommandContext } from './command.js';
import type { Query } from './reading.js';
import { documentCheck, type DocumentCheck } from './validation.js';
import type { Found } from './writing.js';

/** A change of a document that a query has found. */
export interface Change {
  readonly query: Query;
  readonly update: Update;
}

/**
 * Changes one document; its new form, or `undefined` where it stays as it is. Throws what the update does,
 * DocumentValidationFailure, BSONObjectTooLarge, DuplicateKey or WriteConflict.
 */
export function change(
  context: CommandContext,
  transaction: Transaction,
  collection: Collection,
  found: Found,
  { query, update }: Change,
): Uint8Array | undefined {
  const check = documentCheck(context, collection);
  const form =
    check === undefined ? unchecked(collection, found, query, update) : whole(found, update, check);
  if (form !== undefined) updateDocument(transaction, collection, found.stored, form);
  return form?.bytes;
}

function unchecked(collection: Collection, found: Found, query: Query, update: Update): NewForm | undefined {
  if (update.replaced !== undefined) return replaced(collection, found, update.replaced);
  const names = fieldsFor(collection, query, update);
  return names === undefined ? whole(found, update) : part(found, update, names);
}

/** The fields that tell all about an update, with those of the indexes it concerns; `undefined` where any may matter. */
function fieldsFor(
  { indexes }: Collection,
  { filter }: Query,
  update: Update,
): ReadonlySet<string> | undefined {
  if (update.fields === undefined || filter.fields === undefined) return undefined;
  const names = new Set(update.fields);
  names.add('_id');
  for (const field of filter.fields) names.add(field);
  const { secondary, ofSecondary } = indexFields(indexes);
  if (!meet(update.fields, ofSecondary)) return names;
  for (const { fields } of secondary) {
    if (meet(fields, update.fields)) for (const field of fields) names.add(field);
  }
  return names;
}

function meet(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  for (const field of one) if (other.has(field)) return true;
  return false;
}

function whole({ doc: old }: Found, update: Update, check?: DocumentCheck): NewForm | undefined {
  const doc = update.apply(old);
  if (doc === old) return undefined;
  check?.(doc, old);
  const bytes = encodeDoc(doc);
  validateDoc(bytes);
  return { old, doc, bytes };
}

/** Of the old form only what the indexes need is decoded; whether it differs, its bytes tell. */
function replaced(
  { indexes }: Collection,
  { stored }: Found,
  replacement: NonNullable<Update['replaced']>,
): NewForm | undefined {
  const old = decodePart(stored.bytes, indexFields(indexes).all);
  const doc = replacement(old.get('_id'));
  const bytes = encodeDoc(doc);
  checkSize(bytes);
  return Buffer.compare(bytes, stored.bytes) === 0 ? undefined : { old, doc, bytes };
}

/** Only the fields that matter are decoded; the others are kept as they are stored. */
function part({ stored }: Found, update: Update, names: ReadonlySet<string>): NewForm | undefined {
  const old = decodePart(stored.bytes, names);
  const doc = update.apply(old);
  if (doc === old) return undefined;
  const bytes = encodeWithPart(stored.bytes, names, old, doc);
  checkSize(bytes);
  return { old, doc, bytes };
}
