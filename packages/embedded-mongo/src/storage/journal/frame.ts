import { crc32 } from 'node:zlib';
import type { Key } from '../keys.js';
import type { Change } from '../page-fill/rearrangement.js';

/**
 * One durable step of the data: everything that was published after one sequence, up to and including another. Frames
 * of one epoch follow one another without a gap.
 */
export interface Frame {
  /** Grows whenever a folder is opened that was not closed: frames of an earlier one say nothing any more. */
  readonly epoch: number;
  readonly after: number;
  readonly upTo: number;
  readonly changes: readonly Change[];
}

/**
 * Frames begin at multiples of this, the least that disks write as a whole: a power cut in the middle of one cannot harm
 * those before.
 */
export const ALIGNMENT = 512;

/** Magic, checksum, length, epoch, after, up to, number of changes; all numbers big-endian. */
const HEAD = 40;
const MAGIC = 0x454d_4a31;
const CHECKED_FROM = 8;
/** Before each change: the key's length (2 bytes), and the value's plus one, or 0 for a removal (4 bytes). */
const CHANGE_HEAD = 6;
/** Buffers beyond this size are not kept for the next frame. */
const KEPT_BYTES = 1024 * 1024;

/** The bytes of the frame that holds these changes, without padding. */
export function lengthOfFrame(changes: ReadonlyMap<Key, Uint8Array | null>): number {
  let length = HEAD;
  for (const [key, value] of changes) length += CHANGE_HEAD + key.length + (value?.byteLength ?? 0);
  return length;
}

/** Writes frames into one buffer, over and over. */
export class FrameWriter {
  private buffer = Buffer.allocUnsafe(64 * 1024);

  /** The frame as bytes, padded to the alignment with whatever there was; good until the next call. */
  encode(epoch: number, after: number, upTo: number, changes: ReadonlyMap<Key, Uint8Array | null>): Buffer {
    const length = lengthOfFrame(changes);
    const padded = Math.ceil(length / ALIGNMENT) * ALIGNMENT;
    const bytes = this.room(padded);
    bytes.writeUInt32BE(MAGIC, 0);
    bytes.writeUInt32BE(length, 8);
    bytes.writeUInt32BE(epoch, 12);
    bytes.writeBigUInt64BE(BigInt(after), 16);
    bytes.writeBigUInt64BE(BigInt(upTo), 24);
    bytes.writeUInt32BE(changes.size, 32);
    bytes.writeUInt32BE(0, 36);
    let at = HEAD;
    for (const [key, value] of changes) {
      bytes.writeUInt16BE(key.length, at);
      bytes.writeUInt32BE(value === null ? 0 : value.byteLength + 1, at + 2);
      at += CHANGE_HEAD;
      at += bytes.write(key, at, 'latin1');
      if (value === null) continue;
      bytes.set(value, at);
      at += value.byteLength;
    }
    bytes.writeUInt32BE(crc32(bytes.subarray(CHECKED_FROM, length)), 4);
    return bytes.subarray(0, padded);
  }

  private room(length: number): Buffer {
    if (length > KEPT_BYTES) return Buffer.allocUnsafe(length);
    if (length > this.buffer.length) this.buffer = Buffer.allocUnsafe(Math.min(KEPT_BYTES, length * 2));
    return this.buffer;
  }
}

/** The frame at a place of a journal file, and where the next one may begin; `undefined` where there is no sound one. */
export function readFrame(file: Buffer, at: number): { frame: Frame; end: number } | undefined {
  if (at + HEAD > file.length || file.readUInt32BE(at) !== MAGIC) return undefined;
  const length = file.readUInt32BE(at + 8);
  if (length < HEAD || at + length > file.length) return undefined;
  if (crc32(file.subarray(at + CHECKED_FROM, at + length)) !== file.readUInt32BE(at + 4)) return undefined;
  return {
    frame: {
      epoch: file.readUInt32BE(at + 12),
      after: Number(file.readBigUInt64BE(at + 16)),
      upTo: Number(file.readBigUInt64BE(at + 24)),
      changes: readChanges(file.subarray(at + HEAD, at + length), file.readUInt32BE(at + 32)),
    },
    end: at + Math.ceil(length / ALIGNMENT) * ALIGNMENT,
  };
}

function readChanges(bytes: Buffer, count: number): Change[] {
  const changes: Change[] = [];
  for (let at = 0; changes.length < count;) {
    const keyEnd = at + CHANGE_HEAD + bytes.readUInt16BE(at);
    const size = bytes.readUInt32BE(at + 2);
    const key = bytes.toString('latin1', at + CHANGE_HEAD, keyEnd);
    at = size === 0 ? keyEnd : keyEnd + size - 1;
    changes.push([key, size === 0 ? null : bytes.subarray(keyEnd, at)]);
  }
  return changes;
}
