import type { CommandDoc, CommandValue } from '../bson/codec.js';
import { LaidOutCommand } from '../bson/command-doc.js';
import { typeName } from '../bson/compare.js';
import { isNumeric, toDouble } from '../bson/numbers.js';
import { RawDoc, type Doc, type Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import type { Hint } from '../query/plan/hint.js';

/** The fields of a command or of one of its statements, read by type. A field that is null counts as left out. */
export class Arguments {
  private constructor(
    private readonly owner: string,
    private readonly fields: CommandDoc,
  ) {}

  /** A command's own fields, whose names have been looked through before it runs (`checkFields`). */
  static ofCommand(name: string, body: CommandDoc): Arguments {
    return new Arguments(name, body);
  }

  /**
   * The fields of a part of a command. Throws IDLUnknownField where there are others than `names`.
   * @param owner - what error messages call the part, such as `update.updates`.
   */
  static of(owner: string, fields: CommandDoc, names: readonly string[]): Arguments {
    const args = new Arguments(owner, fields);
    args.allowOnly(names);
    return args;
  }

  /** The fields of a document among these. Throws like `of`. */
  part(name: string, fields: Doc, names: readonly string[]): Arguments {
    return Arguments.of(`${this.owner}.${name}`, fields, names);
  }

  has(name: string): boolean {
    return this.value(name) !== undefined;
  }

  value(name: string): Value | undefined {
    const value = this.fields.get(name);
    if (value instanceof RawDoc || isRaw(value)) throw this.wrongType(name, 'an unexpected array', 'object');
    return value ?? undefined;
  }

  /** A switch: a boolean or a number; `otherwise` where it is left out. */
  flag(name: string, otherwise = false): boolean {
    const value = this.value(name);
    if (value === undefined) return otherwise;
    if (typeof value === 'boolean') return value;
    if (isNumeric(value)) return toDouble(value) !== 0;
    throw this.mismatch(name, value, '[bool, long, int, decimal, double]');
  }

  text(name: string): string | undefined {
    const value = this.value(name);
    if (value === undefined || typeof value === 'string') return value;
    throw this.mismatch(name, value, 'string');
  }

  document(name: string): Doc | undefined {
    const value = this.value(name);
    if (value === undefined || value instanceof Map) return value;
    throw this.mismatch(name, value, 'object');
  }

  /** A document; an empty one where it is left out. */
  documentOrEmpty(name: string): Doc {
    return this.document(name) ?? new Map<string, Value>();
  }

  list(name: string): readonly Value[] | undefined {
    const value = this.value(name);
    if (value === undefined || Array.isArray(value)) return value;
    throw this.mismatch(name, value, 'array');
  }

  documents(name: string): readonly Doc[] | undefined {
    return this.list(name)?.map((item, position) => {
      if (item instanceof Map) return item;
      throw this.mismatch(`${name}.${String(position)}`, item, 'object');
    });
  }

  /** Documents that came undecoded. Throws where the field is missing. */
  raw(name: string): readonly RawDoc[] {
    const value = this.fields.get(name);
    if (value === undefined) throw this.missing(name);
    if (isRaw(value)) return value;
    if (Array.isArray(value) && value.length === 0) return [];
    throw new EngineError('TypeMismatch', `BSON field '${this.owner}.${name}' must be an array of objects`);
  }

  /** A whole number from 0 up, as `skip` and `limit` take it. */
  size(name: string): number | undefined {
    const number = this.wholeNumber(name);
    if (number !== undefined && number < 0) {
      throw new EngineError(
        'Location51024',
        `BSON field '${name}' value must be >= 0, actual value '${String(number)}'`,
      );
    }
    return number;
  }

  /** A whole number, fractions cut off. */
  wholeNumber(name: string): number | undefined {
    const value = this.value(name);
    return value === undefined ? undefined : this.number(name, value);
  }

  /** An index by name or by key pattern. */
  hint(): Hint | undefined {
    const value = this.value('hint');
    if (value === undefined || typeof value === 'string') return value === '' ? undefined : value;
    if (value instanceof Map) return value.size === 0 ? undefined : value;
    throw new EngineError('FailedToParse', 'Hint must be a string or an object');
  }

  /** Throws for a field that must be there. */
  missing(name: string): EngineError {
    return new EngineError(
      'IDLFailedToParse',
      `BSON field '${this.owner}.${name}' is missing but a required field`,
    );
  }

  private allowOnly(names: readonly string[]): void {
    const layout = this.fields instanceof LaidOutCommand ? this.fields.layout : undefined;
    if (layout?.acceptedBy === names) return;
    for (const name of this.fields.keys()) {
      if (names.includes(name)) continue;
      throw new EngineError('IDLUnknownField', `BSON field '${this.owner}.${name}' is an unknown field.`);
    }
    if (layout !== undefined) layout.acceptedBy = names;
  }

  /** Throws where a collation other than MongoDB's plain one is asked for. */
  refuseCollation(): void {
    const collation = this.document('collation');
    if (collation === undefined || (collation.size === 1 && collation.get('locale') === 'simple')) return;
    throw new EngineError('CommandNotSupported', `${this.owner}: collation is not supported by this engine`);
  }

  /** Throws where one of these options is set; false and null do not count. */
  refuse(...names: readonly string[]): void {
    for (const name of names) {
      const value = this.value(name);
      if (value === undefined || value === false) continue;
      throw new EngineError('CommandNotSupported', `${this.owner}: ${name} is not supported by this engine`);
    }
  }

  private number(name: string, value: Value): number {
    if (!isNumeric(value)) throw this.mismatch(name, value, '[long, int, decimal, double]');
    const number = Math.trunc(toDouble(value));
    if (Number.isSafeInteger(number)) return number;
    throw new EngineError('BadValue', `BSON field '${this.owner}.${name}' is out of range`);
  }

  private mismatch(name: string, value: Value, expected: string): EngineError {
    return this.wrongType(name, typeName(value), expected);
  }

  private wrongType(name: string, found: string, expected: string): EngineError {
    const types = expected.startsWith('[') ? `expected types '${expected}'` : `expected type '${expected}'`;
    return new EngineError(
      'TypeMismatch',
      `BSON field '${this.owner}.${name}' is the wrong type '${found}', ${types}`,
    );
  }
}

function isRaw(value: CommandValue | undefined): value is RawDoc[] {
  return Array.isArray(value) && value[0] instanceof RawDoc;
}
