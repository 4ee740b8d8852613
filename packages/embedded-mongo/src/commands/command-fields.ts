import { LaidOutCommand, type CommandDoc } from '../bson/command-doc.js';
import { EngineError } from '../errors.js';
import type { Command } from './command.js';

/** Fields that every command may carry. */
const GENERIC_FIELDS: ReadonlySet<string> = new Set([
  '$db',
  '$readPreference',
  '$clusterTime',
  '$configTime',
  '$topologyTime',
  'apiVersion',
  'apiStrict',
  'apiDeprecationErrors',
  'autocommit',
  'clientOperationKey',
  'comment',
  'lsid',
  'maxTimeMS',
  'readConcern',
  'startTransaction',
  'stmtId',
  'stmtIds',
  'txnNumber',
  'writeConcern',
]);

const ENCRYPTED = 'encryptionInformation';
const IDENTIFIED = 'collectionUUID';
const RESUMED = ['term', 'readOnce', 'requestResumeToken', 'resumeAfter', 'startAt'];

/** Fields that MongoDB's commands have besides, and that are refused whatever they say. */
const NOT_DONE: Readonly<Partial<Record<string, readonly string[]>>> = {
  aggregate: [IDENTIFIED, ENCRYPTED, 'querySettings'],
  bulkWrite: [ENCRYPTED],
  collMod: [IDENTIFIED],
  count: [IDENTIFIED, ENCRYPTED, 'querySettings'],
  delete: [IDENTIFIED, ENCRYPTED],
  distinct: [IDENTIFIED, 'querySettings'],
  drop: [IDENTIFIED],
  dropIndexes: [IDENTIFIED],
  find: [IDENTIFIED, ENCRYPTED, 'querySettings', ...RESUMED],
  findAndModify: [IDENTIFIED, ENCRYPTED],
  getMore: ['term', 'lastKnownCommittedOpTime'],
  insert: [IDENTIFIED, ENCRYPTED],
  renameCollection: [IDENTIFIED],
  update: [IDENTIFIED, ENCRYPTED],
};

/** Throws IDLUnknownField for a field that the command does not know, CommandNotSupported for one that only MongoDB heeds. */
export function checkFields(command: Command, body: CommandDoc): void {
  const known = command.fields;
  if (known === 'any') return;
  const layout = body instanceof LaidOutCommand ? body.layout : undefined;
  if (layout?.acceptedBy === command) return;
  let first = true;
  for (const field of body.keys()) {
    if (!first && !GENERIC_FIELDS.has(field) && !known.includes(field)) {
      if (NOT_DONE[command.name]?.includes(field) === true) {
        throw new EngineError(
          'CommandNotSupported',
          `${command.name}: ${field} is not supported by this engine`,
        );
      }
      throw new EngineError('IDLUnknownField', `BSON field '${command.name}.${field}' is an unknown field.`);
    }
    first = false;
  }
  if (layout !== undefined) layout.acceptedBy = command;
}
