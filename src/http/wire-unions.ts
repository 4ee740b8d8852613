import { applyDecorators, type Type } from '@nestjs/common';
import { getSchemaPath } from '@nestjs/swagger';
import { plainToInstance, Transform, type TransformFnParams } from 'class-transformer';
import { ValidateNested } from 'class-validator';

import { Field, IsChoice, listFault, type FieldOptions } from './wire-types.js';

/** How the classes of a list's items are told apart. */
export interface KindsOptions extends FieldOptions {
  /** The field of each item that names its class. */
  readonly field: string;
  /** The classes, by what the field says; their schemas must be known to the document (`ApiExtraModels`). */
  readonly kinds: Readonly<Record<string, Type<object>>>;
  readonly max: number;
}

/** A list of 1 to `max` objects of several classes, each checked by the fields of its own class. */
export function IsListOfKinds({ field, kinds, max, ...options }: KindsOptions): PropertyDecorator {
  const classes = new Map(Object.entries(kinds));
  const Unknown = classOfUnknown(field, [...classes.keys()]);
  const made = (item: unknown): unknown => {
    // A list within the list would be looked through in its place.
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return null;
    const word: unknown = (item as Readonly<Record<string, unknown>>)[field];
    const kind = typeof word === 'string' ? classes.get(word) : undefined;
    // What is of no kind has only the one fault that counts.
    return kind ? plainToInstance(kind, item) : plainToInstance(Unknown, { [field]: word });
  };
  const mapping = Object.fromEntries([...classes].map(([word, kind]) => [word, getSchemaPath(kind)]));
  const items = {
    oneOf: Object.values(mapping).map(($ref) => ({ $ref })),
    discriminator: { propertyName: field, mapping },
  };
  return applyDecorators(
    ValidateNested({ each: true, message: 'must hold objects' }),
    Transform(({ obj, key }: TransformFnParams) => {
      const list = (obj as Readonly<Record<string, unknown>>)[key];
      return Array.isArray(list) ? list.map(made) : list;
    }),
    Field((value) => listFault(value, 1, max), { type: 'array', items, minItems: 1, maxItems: max }, options),
  );
}

function classOfUnknown(field: string, words: readonly string[]): Type<object> {
  class Unknown {}
  IsChoice(words)(Unknown.prototype, field);
  return Unknown;
}
