import { Long } from 'bson';
import { decodeRaw, type CommandDoc } from '../bson/codec.js';
import { RawDoc, type Doc, type Value } from '../bson/types.js';
import { MAX_DEPTH } from '../bson/validate.js';
import type { Operation } from '../sessions/operations.js';

/** What kind of operation MongoDB calls a command of this name. */
const KINDS: ReadonlyMap<string, string> = new Map([
  ['delete', 'remove'],
  ['find', 'query'],
  ['getMore', 'getmore'],
  ['insert', 'insert'],
  ['update', 'update'],
]);

/** A command that nests deeper is not shown, for no document around it could hold it. */
const DEEPEST_SHOWN = MAX_DEPTH - 20;
const TOO_DEEP: Doc = new Map([['$truncated', 'nested too deep to be shown']]);

/** A command under way, as `currentOp` and `$currentOp` show it. */
export function describeOperation(operation: Operation): Doc {
  const { request, opid, began } = operation;
  const { connection, db, name, body, levels } = request;
  const target = body.get(name);
  const micros = Math.round((performance.now() - began) * 1000);
  const command = levels > DEEPEST_SHOWN ? TOO_DEEP : shownCommand(body);
  const description: Doc = new Map<string, Value>([
    ['type', 'op'],
    ['desc', `conn${String(connection.id)}`],
    ['connectionId', Long.fromNumber(connection.id)],
    ['client', connection.peer],
    ['active', true],
    ['currentOpTime', new Date(Date.now()).toISOString()],
    ['opid', Long.fromNumber(opid)],
    ['secs_running', Long.fromNumber(Math.floor(micros / 1_000_000))],
    ['microsecs_running', Long.fromNumber(micros)],
    ['op', KINDS.get(name) ?? 'command'],
    ['ns', typeof target === 'string' ? `${db}.${target}` : `${db}.$cmd`],
    ['command', command],
    ['killPending', operation.killPending],
    ['waitingForLock', operation.isWaiting],
  ]);
  const lsid = command.get('lsid');
  if (lsid !== undefined) description.set('lsid', lsid);
  const application = connection.clientMetadata?.get('application');
  if (application instanceof Map) description.set('appName', application.get('name') ?? '');
  return description;
}

/** The command without the documents that it brings. */
function shownCommand(body: CommandDoc): Doc {
  const shown: Doc = new Map();
  for (const [field, value] of body) {
    if (isDecoded(value)) shown.set(field, value);
    else if (value instanceof RawDoc) shown.set(field, decodeRaw(value));
  }
  return shown;
}

/** Whether a field of a command was decoded with it: documents to be written are not. */
export function isDecoded(value: Value | RawDoc | RawDoc[]): value is Value {
  return !(value instanceof RawDoc || (Array.isArray(value) && value[0] instanceof RawDoc));
}
