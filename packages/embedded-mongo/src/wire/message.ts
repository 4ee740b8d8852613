import { decodeCommand, type CommandDoc } from '../bson/codec.js';
import { Layouts } from '../bson/command-doc.js';
import { readName } from '../bson/names.js';
import { RawDoc } from '../bson/types.js';
import { validateRaw } from '../bson/validate.js';
import { EngineError } from '../errors.js';
import { crc32c } from './crc32c.js';
import { MalformedFrame } from './frame-reader.js';
import { HEADER_SIZE, MAX_WRITE_BATCH } from './limits.js';
import { RAW_FIELDS, SEQUENCES } from './request.js';

/** A command read from a message, before it is known by which connection it came. */
export interface ParsedCommand {
  readonly db: string;
  readonly name: string;
  readonly body: CommandDoc;
  /** How many levels deep it, or a document that came with it, nests. */
  readonly levels: number;
}

const CHECKSUM_PRESENT = 1;
const MORE_TO_COME = 2;
const REQUIRED_FLAGS = 0xffff;
const CHECKSUM_SIZE = 4;
const SECTIONS = HEADER_SIZE + 4;
const SMALLEST_DOCUMENT = 5;
const BYTES_AT_ONCE = 256 * 1024;

/** One OP_MSG. Its flags and checksum are checked by the constructor, its sections by `parse`. */
export class OpMsg {
  /** The sender awaits no answer. */
  readonly moreToCome: boolean;
  private readonly end: number;
  private rawBody: RawDoc | undefined;
  private levels = 0;
  private readonly sequences: { readonly name: string; readonly docs: RawDoc[] }[] = [];

  /** Throws MalformedFrame for a flag that it must know and does not, and for a wrong checksum. */
  constructor(private readonly frame: Buffer) {
    if (frame.length < SECTIONS) throw new MalformedFrame('OP_MSG without flags');
    const flags = frame.readUInt32LE(HEADER_SIZE);
    const unknown = flags & REQUIRED_FLAGS & ~(CHECKSUM_PRESENT | MORE_TO_COME);
    if (unknown !== 0) throw new MalformedFrame(`unknown required flags ${unknown}`);
    this.moreToCome = (flags & MORE_TO_COME) !== 0;
    const checksum = (flags & CHECKSUM_PRESENT) !== 0;
    this.end = frame.length - (checksum ? CHECKSUM_SIZE : 0);
    if (checksum) this.checkSum();
  }

  /** The command. Throws EngineError for sections or BSON that are wrong. A large message is read in several turns. */
  parse(): ParsedCommand | Promise<ParsedCommand> {
    this.readSections();
    if (this.end > BYTES_AT_ONCE) return this.parseInTurns();
    for (const { docs } of this.sequences) for (const doc of docs) this.validate(doc);
    return this.command();
  }

  private async parseInTurns(): Promise<ParsedCommand> {
    let pending = 0;
    for (const { docs } of this.sequences) {
      for (const doc of docs) {
        this.validate(doc);
        pending += doc.length;
        if (pending < BYTES_AT_ONCE) continue;
        pending = 0;
        await new Promise(setImmediate);
      }
    }
    return this.command();
  }

  private validate(doc: RawDoc): void {
    this.levels = Math.max(this.levels, validateRaw(doc));
  }

  private checkSum(): void {
    if (this.end < SECTIONS) throw new MalformedFrame('OP_MSG without its checksum');
    if (crc32c(this.frame.subarray(0, this.end)) !== this.frame.readUInt32LE(this.end)) {
      throw new MalformedFrame('wrong checksum');
    }
  }

  private readSections(): void {
    let at = SECTIONS;
    while (at < this.end) {
      const kind = this.frame[at++];
      const section = sized(this.frame, at, this.end);
      at = section.end;
      if (kind === 0) this.setBody(section);
      else if (kind === 1) this.addSequence(section);
      else throw new EngineError('Location40432', `Unknown section kind ${String(kind)}`);
    }
  }

  private setBody(section: RawDoc): void {
    if (this.rawBody) throw new EngineError('Location40430', 'Multiple body sections in message');
    this.rawBody = section;
  }

  private addSequence({ start, end }: RawDoc): void {
    const { frame } = this;
    const nameEnd = frame.indexOf(0, start + 4);
    if (nameEnd < 0 || nameEnd >= end)
      throw new EngineError('InvalidBSON', 'A document sequence has no name');
    const name = readName(frame, start + 4, nameEnd);
    if (!SEQUENCES.has(name)) {
      throw new EngineError('IDLUnknownField', `No command takes a document sequence '${name}'`);
    }
    // There can be no more of them than names in SEQUENCES.
    if (this.sequences.some((one) => one.name === name)) {
      throw new EngineError('Location40431', `Duplicate document sequence: ${name}`);
    }
    const docs: RawDoc[] = [];
    for (let at = nameEnd + 1; at < end;) {
      if (docs.length === MAX_WRITE_BATCH) throw tooMany(name);
      const doc = sized(frame, at, end);
      docs.push(doc);
      at = doc.end;
    }
    this.sequences.push({ name, docs });
  }

  private command(): ParsedCommand {
    if (!this.rawBody) throw new EngineError('Location40587', 'OP_MSG messages must have a body');
    const { body, levels } = decodeBody(this.rawBody);
    const name = firstName(body);
    for (const { name: field, docs } of this.sequences) {
      if (body.has(field)) {
        throw new EngineError('Location40433', `Duplicate field between body and document sequence ${field}`);
      }
      body.set(field, docs);
    }
    return { db: databaseOf(body), name, body, levels: Math.max(levels, this.levels) };
  }
}

const layouts = new Layouts(RAW_FIELDS);

/** Reads a command document. Throws EngineError InvalidBSON or Overflow. */
export function decodeBody(doc: RawDoc): Pick<ParsedCommand, 'body' | 'levels'> {
  const levels = validateRaw(doc);
  return { body: decodeCommand(doc.source, layouts, doc.start), levels };
}

/** A command's name: the first field of its document. */
export function firstName(body: CommandDoc): string {
  for (const name of body.keys()) return name;
  return '';
}

/** The part of `bytes` that the length at `start` spans. Throws EngineError InvalidBSON when it goes beyond `end`. */
export function sized(bytes: Buffer, start: number, end: number): RawDoc {
  const room = end - start;
  const length = room < SMALLEST_DOCUMENT ? 0 : bytes.readInt32LE(start);
  if (length < SMALLEST_DOCUMENT || length > room) {
    throw new EngineError('InvalidBSON', `A section or document has a wrong length: ${length}`);
  }
  return new RawDoc(bytes, start, start + length);
}

function databaseOf(body: CommandDoc): string {
  const db = body.get('$db');
  if (db === undefined) throw new EngineError('Location40571', 'OP_MSG requests require a $db argument');
  if (typeof db !== 'string') throw new EngineError('TypeMismatch', "Field '$db' must be a string");
  return db;
}

function tooMany(name: string): EngineError {
  return new EngineError(
    'InvalidLength',
    `Document sequence ${name} has more than ${MAX_WRITE_BATCH} documents`,
  );
}
