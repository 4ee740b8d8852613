import { EngineError } from '../errors.js';
import { MalformedFrame } from './frame-reader.js';
import { HEADER_SIZE } from './limits.js';
import { decodeBody, firstName, sized, type ParsedCommand } from './message.js';

const COMMAND_COLLECTION = '.$cmd';
const NUMBERS_AFTER_NAME = 8;

/** Drivers greet with the older opcode before they know what the server can do; nothing else is served by it. */
const GREETINGS: ReadonlySet<string> = new Set(['hello', 'isMaster', 'ismaster']);

/**
 * Reads the command in an OP_QUERY. Throws MalformedFrame for a message that is no command, and EngineError
 * UnsupportedOpQueryCommand for commands other than hello and its older names.
 */
export function parseOpQuery(frame: Buffer): ParsedCommand {
  const nameStart = HEADER_SIZE + 4;
  const nameEnd = frame.indexOf(0, nameStart);
  const bodyStart = nameEnd + 1 + NUMBERS_AFTER_NAME;
  if (frame.length < nameStart || nameEnd < 0 || bodyStart >= frame.length) {
    throw new MalformedFrame('OP_QUERY without a query');
  }
  const namespace = frame.toString('utf8', nameStart, nameEnd);
  if (!namespace.endsWith(COMMAND_COLLECTION)) throw new MalformedFrame('OP_QUERY is for commands only');
  const { body: sent, levels } = decodeBody(sized(frame, bodyStart, frame.length));
  const wrapped = sent.get('$query');
  const body = wrapped instanceof Map ? new Map(wrapped) : sent;
  const name = firstName(body);
  if (!GREETINGS.has(name)) {
    throw new EngineError('UnsupportedOpQueryCommand', `Unsupported OP_QUERY command: ${name}`);
  }
  return { db: namespace.slice(0, -COMMAND_COLLECTION.length), name, body, levels };
}
