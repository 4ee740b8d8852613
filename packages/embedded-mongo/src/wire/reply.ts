import { HEADER_SIZE, OpCode } from './limits.js';

/** The bytes of an OP_MSG before the document of its one section. */
export const MSG_PREFIX = HEADER_SIZE + 5;
/** The bytes of an OP_REPLY before its document. */
export const REPLY_PREFIX = HEADER_SIZE + 20;
const AWAIT_CAPABLE = 8;

let lastId = 0;

/** Fills the first bytes of an OP_MSG whose document stands behind them; it answers the request with the given id. */
export function headMsgReply(message: Buffer, responseTo: number): void {
  writeHeader(message, responseTo, OpCode.Msg);
  message.fill(0, HEADER_SIZE, MSG_PREFIX);
}

/** Does the same for the OP_REPLY that answers an OP_QUERY. */
export function headOldReply(message: Buffer, responseTo: number): void {
  writeHeader(message, responseTo, OpCode.Reply);
  message.fill(0, HEADER_SIZE, REPLY_PREFIX);
  message.writeInt32LE(AWAIT_CAPABLE, HEADER_SIZE);
  message.writeInt32LE(1, REPLY_PREFIX - 4);
}

function writeHeader(message: Buffer, responseTo: number, opCode: number): void {
  lastId = (lastId + 1) & 0x7fffffff;
  message.writeInt32LE(message.length, 0);
  message.writeInt32LE(lastId, 4);
  message.writeInt32LE(responseTo, 8);
  message.writeInt32LE(opCode, 12);
}
