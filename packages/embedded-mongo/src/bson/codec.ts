import { EngineError } from '../errors.js';
import { Reader } from './reader.js';
import { RawDoc, type Doc, type Value } from './types.js';

export { encodeDoc, encodeReply, type Reply, type ReplyValue } from './encoder.js';

/** A command as `decodeCommand` gives it: like a `Doc`, with the bulky documents still encoded. */
export type CommandDoc = Map<string, Value | RawDoc | RawDoc[]>;

/** Decodes the document that starts at `offset`. The bytes must have passed `validateDoc`. */
export function decodeDoc(bytes: Uint8Array, offset = 0): Doc {
  return new Reader(bytes, offset).document();
}

/**
 * Decodes a command, but leaves top-level fields named in `rawFields` encoded: an array of documents becomes `RawDoc[]`,
 * a document a `RawDoc`. These share the bytes. The bytes must have passed `validateDoc`.
 * Throws EngineError TypeMismatch when an array so named holds anything but documents.
 */
export function decodeCommand(bytes: Uint8Array, rawFields: ReadonlySet<string>): CommandDoc {
  const reader = new Reader(bytes, 4);
  const command: CommandDoc = new Map();
  for (let type = reader.byte(); type !== 0; type = reader.byte()) {
    const name = reader.name();
    const value = rawFields.has(name) ? rawValue(reader, type, name) : reader.value(type);
    if (!command.has(name)) command.set(name, value);
  }
  return command;
}

function rawValue(reader: Reader, type: number, name: string): Value | RawDoc | RawDoc[] {
  if (type === 0x03) return new RawDoc(reader.raw());
  if (type !== 0x04) return reader.value(type);
  reader.position += 4;
  const docs: RawDoc[] = [];
  for (let element = reader.byte(); element !== 0; element = reader.byte()) {
    if (element !== 0x03) {
      throw new EngineError('TypeMismatch', `BSON field '${name}.${docs.length}' must be an object`);
    }
    reader.skipName();
    docs.push(new RawDoc(reader.raw()));
  }
  return docs;
}
