import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { compileFilter } from '../query/match/match.js';
import { explainMismatch } from '../query/match/mismatch.js';
import type { Collection } from '../storage/collection.js';
import { identical } from '../update/identical.js';
import { Arguments } from './arguments.js';
import type { CommandContext } from './command.js';
import type { Namespace } from './namespace.js';

/** The options of a collection that say what its documents must be like. */
export const VALIDATION_FIELDS = ['validator', 'validationLevel', 'validationAction'];

const LEVELS = ['off', 'strict', 'moderate'];
const ACTIONS = ['error', 'warn'];

/** Throws DocumentValidationFailure (121) for a document that must not be stored; `before` is what it was, if it was. */
export type DocumentCheck = (doc: Doc, before?: Doc) => void;

/** Reads the validation options of `create` and `collMod`, those that are there. Throws what MongoDB answers to bad ones. */
export function readValidation(args: Arguments, { db, ns }: Namespace): Doc {
  const options: Doc = new Map();
  const validator = args.document('validator');
  if (validator !== undefined) {
    if (validator.size > 0 && (db === 'admin' || db === 'local' || db === 'config')) {
      throw new EngineError(
        'InvalidOptions',
        `Document validators are not allowed on collection ${ns} in the ${db} database`,
      );
    }
    compileFilter(validator);
    options.set('validator', validator);
  }
  for (const [name, known] of [
    ['validationLevel', LEVELS],
    ['validationAction', ACTIONS],
  ] as const) {
    const value = args.text(name);
    if (value === undefined) continue;
    if (!known.includes(value)) {
      throw new EngineError(
        'BadValue',
        `Enumeration value '${value}' for field '${name}' is not a valid value.`,
      );
    }
    options.set(name, value);
  }
  return options;
}

/** A collection's options with other validation options; an empty validator takes validation away. */
export function withValidation(options: Doc, changed: Doc): Doc {
  const merged: Doc = new Map([...options, ...changed]);
  const validator = merged.get('validator');
  if (!(validator instanceof Map) || validator.size === 0) {
    for (const name of VALIDATION_FIELDS) merged.delete(name);
  } else {
    merged.set('validationLevel', merged.get('validationLevel') ?? 'strict');
    merged.set('validationAction', merged.get('validationAction') ?? 'error');
  }
  return merged;
}

/** Whether both collections' options ask the same of their documents. */
export function isValidatedAs(options: Doc, others: Doc): boolean {
  return VALIDATION_FIELDS.every((name) => identical(options.get(name), others.get(name)));
}

/** Compiled validators, by the options that they stand in. */
const compiled = new WeakMap<Doc, DocumentCheck>();

/**
 * The check of the documents that the command puts into the collection; `undefined` where they need none: there is no
 * validator, or one that is off or only warns, or the command bypasses it.
 */
export function documentCheck({ body }: CommandContext, { options }: Collection): DocumentCheck | undefined {
  const validator = options.get('validator');
  const level = options.get('validationLevel');
  if (!(validator instanceof Map) || level === 'off' || options.get('validationAction') === 'warn')
    return undefined;
  if (Arguments.ofCommand('command', body).flag('bypassDocumentValidation')) return undefined;
  const known = compiled.get(options) ?? compileCheck(validator, level);
  compiled.set(options, known);
  return known;
}

function compileCheck(validator: Doc, level: Value | undefined): DocumentCheck {
  const { matches } = compileFilter(validator);
  return (doc, before) => {
    if (matches(doc)) return;
    if (level === 'moderate' && before !== undefined && !matches(before)) return;
    throw new EngineError('DocumentValidationFailure', 'Document failed validation', {
      errInfo: new Map<string, Value>([
        ['failingDocumentId', doc.get('_id') ?? null],
        ['details', explainMismatch(validator, doc)],
      ]),
    });
  };
}
