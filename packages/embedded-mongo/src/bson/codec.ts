import { EngineError } from '../errors.js';
import { Reader } from './reader.js';
import {
  LaidOutCommand,
  MOST_FIELDS,
  type CommandDoc,
  type CommandValue,
  type Layout,
  type Layouts,
} from './command-doc.js';
import type { Doc, RawDoc } from './types.js';

export type { CommandDoc, CommandValue } from './command-doc.js';

export { encodeDoc, encodeReply, type Reply, type ReplyValue } from './encoder.js';

/** Decodes the document that starts at `offset`. The bytes must have passed `validateDoc`. */
export function decodeDoc(bytes: Uint8Array, offset = 0): Doc {
  return new Reader(bytes, offset).document();
}

/** Decodes a document that was left encoded. */
export function decodeRaw(doc: RawDoc): Doc {
  return new Reader(doc.source, doc.start).document();
}

/**
 * Decodes the command that starts at `offset`, but leaves fields encoded as the layouts say: an array of documents becomes
 * `RawDoc[]`, a document a `RawDoc`. These share the bytes. The bytes must have passed `validateDoc`.
 * Throws EngineError TypeMismatch when an array so named holds anything but documents.
 */
export function decodeCommand(bytes: Uint8Array, layouts: Layouts, offset = 0): CommandDoc {
  const reader = new Reader(bytes, offset + 4);
  let layout = layouts.empty;
  const values: CommandValue[] = [];
  for (let type = reader.byte(); type !== 0; type = reader.byte()) {
    const { likely } = layout;
    const next =
      likely !== undefined && reader.skipIfNamed(likely.name) ? likely : layouts.after(layout, reader.name());
    const isRepeated = next === layout;
    const value = next.isRaw && !isRepeated ? rawValue(reader, type, next.name) : reader.value(type);
    if (isRepeated) continue;
    values.push(value);
    layout = next;
    if (layout.size === MOST_FIELDS) return decodeFurther(reader, layouts, layout, values);
  }
  return new LaidOutCommand(layouts, layout, values);
}

/** The rest of a command that has more fields than are laid out. */
function decodeFurther(reader: Reader, layouts: Layouts, layout: Layout, values: CommandValue[]): CommandDoc {
  const command = new Map<string, CommandValue>(new LaidOutCommand(layouts, layout, values));
  for (let type = reader.byte(); type !== 0; type = reader.byte()) {
    const name = reader.name();
    const value = layouts.rawFields.has(name) ? rawValue(reader, type, name) : reader.value(type);
    if (!command.has(name)) command.set(name, value);
  }
  return command;
}

function rawValue(reader: Reader, type: number, name: string): CommandValue {
  if (type === 0x03) return reader.raw();
  if (type !== 0x04) return reader.value(type);
  reader.position += 4;
  const docs: RawDoc[] = [];
  for (let element = reader.byte(); element !== 0; element = reader.byte()) {
    if (element !== 0x03) {
      throw new EngineError('TypeMismatch', `BSON field '${name}.${docs.length}' must be an object`);
    }
    reader.skipName();
    docs.push(reader.raw());
  }
  return docs;
}
