import { HEADER_SIZE, OpCode } from './limits.js';

const MSG_PREFIX = HEADER_SIZE + 5;
const REPLY_PREFIX = HEADER_SIZE + 20;
const AWAIT_CAPABLE = 8;

let lastId = 0;

/** An OP_MSG with one body section, ready to be sent, that answers the request with the given id. */
export function opMsgReply(responseTo: number, doc: Uint8Array): Buffer {
  const message = start(MSG_PREFIX, responseTo, OpCode.Msg, doc);
  message.writeInt32LE(0, HEADER_SIZE);
  message[HEADER_SIZE + 4] = 0;
  return message;
}

/** The OP_REPLY that answers an OP_QUERY. */
export function opReply(responseTo: number, doc: Uint8Array): Buffer {
  const message = start(REPLY_PREFIX, responseTo, OpCode.Reply, doc);
  message.fill(0, HEADER_SIZE, REPLY_PREFIX);
  message.writeInt32LE(AWAIT_CAPABLE, HEADER_SIZE);
  message.writeInt32LE(1, REPLY_PREFIX - 4);
  return message;
}

function start(prefix: number, responseTo: number, opCode: number, doc: Uint8Array): Buffer {
  const message = Buffer.allocUnsafe(prefix + doc.length);
  lastId = (lastId + 1) & 0x7fffffff;
  message.writeInt32LE(message.length, 0);
  message.writeInt32LE(lastId, 4);
  message.writeInt32LE(responseTo, 8);
  message.writeInt32LE(opCode, 12);
  message.set(doc, prefix);
  return message;
}
