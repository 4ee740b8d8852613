import { crc32 } from 'node:zlib';
import { EngineError } from '../errors.js';
import { asBuffer } from '../bson/reader.js';
import { crcOfKey, prefixOf, RESERVED, type Key } from './keys.js';

const OWN = prefixOf(0, 0).slice(0, 4);
const FORMAT = prefixOf(0, RESERVED.format);
const CHECKSUM_BYTES = 4;

/** Whether an entry is a record of the engine's own. */
export function isOwnRecord(key: Key): boolean {
  return key.startsWith(OWN);
}

/** Whether a record of the engine's own carries a checksum on disk; the format's version alone has none. */
export function isSealed(key: Key): boolean {
  return isOwnRecord(key) && key !== FORMAT;
}

/** The CRC-32 over a key and its value. */
export function checksumOf(key: Key, value: Uint8Array): number {
  return crc32(value, crcOfKey(key));
}

/** A value with a checksum over key and value before it. */
export function seal(key: Key, value: Uint8Array): Uint8Array {
  const sealed = Buffer.allocUnsafe(CHECKSUM_BYTES + value.byteLength);
  sealed.writeUInt32BE(checksumOf(key, value));
  sealed.set(value, CHECKSUM_BYTES);
  return sealed;
}

/** The value that was sealed under this key. Throws DataCorruptionDetected where it is another one. */
export function unseal(key: Key, sealed: Uint8Array): Uint8Array {
  const value = intactPart(key, sealed);
  if (value !== undefined) return value;
  throw new EngineError('DataCorruptionDetected', "a record of the engine's own is damaged: try --repair");
}

/** Whether bytes are a checksum over key and rest, and that rest. */
export function isIntact(key: Key, sealed: Uint8Array): boolean {
  return intactPart(key, sealed) !== undefined;
}

/** What follows a checksum over key and rest; `undefined` where that is not what the bytes are. */
export function intactPart(key: Key, sealed: Uint8Array): Uint8Array | undefined {
  if (sealed.byteLength < CHECKSUM_BYTES) return undefined;
  const rest = sealed.subarray(CHECKSUM_BYTES);
  return checksumOf(key, rest) === asBuffer(sealed).readUInt32BE() ? rest : undefined;
}
