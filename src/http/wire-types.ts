import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { ValidateBy, ValidateIf, ValidateNested, type ValidationArguments } from 'class-validator';
import { CURRENCIES, isCurrency } from '../kernel/currency.js';
import { isCalendarDate, isTimeZone } from '../kernel/dates.js';
import { MINOR_LIMIT } from '../kernel/money.js';
import { nameFault, textFault, tidyText } from '../kernel/text.js';

/** What is said of a field besides its type. */
export interface FieldOptions {
  readonly description?: string;
  readonly example?: unknown;
  /** The field may be left out; null is refused all the same. */
  readonly optional?: boolean;
  /** The field may be null. */
  readonly nullable?: boolean;
  /** What holds when the field is left out, for the description only: the code that reads it decides. */
  readonly default?: unknown;
}

/** Says what is wrong with a value, as `must …`, or null. */
type Fault = (value: unknown) => string | null;

/**
 * A field that one function checks, and that OpenAPI describes. `schema` is the OpenAPI type; `fault` sees the value
 * after trimming and composing, where the field is text.
 */
export function Field(
  fault: Fault,
  schema: ApiPropertyOptions,
  options: FieldOptions = {},
): PropertyDecorator {
  return applyDecorators(
    ValidateBy({
      name: 'field',
      validator: {
        validate: (value: unknown) => fault(value) === null,
        defaultMessage: (args?: ValidationArguments) => fault(args?.value) ?? 'is not valid',
      },
    }),
    ...common(schema, options),
  );
}

/**
 * Money in major units: a JSON number above 0, or of any sign with `signed`, never -0 or beyond 10^15. Decimals are
 * checked where the currency is known.
 */
export function IsAmount(options: FieldOptions & { readonly signed?: boolean } = {}): PropertyDecorator {
  const fault: Fault = (value) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) return 'must be a number';
    if (Object.is(value, -0)) return 'must not be negative zero';
    if (!options.signed && value <= 0) return 'must be greater than 0';
    return Math.abs(value) < MINOR_LIMIT ? null : `must be less than ${MINOR_LIMIT} in absolute value`;
  };
  const range = options.signed ? {} : { minimum: 0, exclusiveMinimum: true };
  return Field(fault, { type: 'number', ...range }, { example: 100.25, ...options });
}

/** A calendar day that exists, `YYYY-MM-DD`. */
export function IsCalendarDate(options: FieldOptions = {}): PropertyDecorator {
  const fault: Fault = (value) =>
    isCalendarDate(value) ? null : 'must be a date that exists, as YYYY-MM-DD';
  return Field(fault, { type: 'string', format: 'date' }, { example: '2026-01-31', ...options });
}

/** A name of 1 to `max` characters (100), trimmed and composed, without control characters, with something to see. */
export function IsName(options: FieldOptions & { readonly max?: number } = {}): PropertyDecorator {
  const max = options.max ?? 100;
  const fault: Fault = (value) => (typeof value === 'string' ? nameFault(value, max) : 'must be a string');
  return applyDecorators(Tidy(), Field(fault, { type: 'string', minLength: 1, maxLength: max }, options));
}

/** A text of 0 to `max` characters, trimmed and composed, without control characters. */
export function IsText(max: number, options: FieldOptions = {}): PropertyDecorator {
  const fault: Fault = (value) => (typeof value === 'string' ? textFault(value, max) : 'must be a string');
  return applyDecorators(Tidy(), Field(fault, { type: 'string', maxLength: max }, options));
}

/** A description: a text of 0 to 500 characters. */
export const IsDescription = (options: FieldOptions = {}) =>
  IsText(500, { description: 'What it was for', example: 'Weekly shopping', optional: true, ...options });

/** The id of an envelope or a payer: a whole number from 0, counted within its account. */
export function IsNumberedId(options: FieldOptions = {}): PropertyDecorator {
  const fault: Fault = (value) =>
    Number.isSafeInteger(value) && (value as number) >= 0 && !Object.is(value, -0)
      ? null
      : 'must be a whole number, 0 or more';
  return Field(fault, { type: 'integer', minimum: 0 }, { example: 1, ...options });
}

/** The id of something that has one of its own, such as an account. One of another shape names nothing. */
export function IsReference(options: FieldOptions = {}): PropertyDecorator {
  const fault: Fault = (value) => (typeof value === 'string' ? null : 'must be an id');
  return Field(fault, { type: 'string' }, options);
}

/** true or false. */
export function IsFlag(options: FieldOptions = {}): PropertyDecorator {
  const fault: Fault = (value) => (typeof value === 'boolean' ? null : 'must be true or false');
  return Field(fault, { type: 'boolean' }, options);
}

/** One of a few words. */
export function IsChoice(choices: readonly string[], options: FieldOptions = {}): PropertyDecorator {
  const fault: Fault = (value) =>
    typeof value === 'string' && choices.includes(value) ? null : `must be one of ${choices.join(', ')}`;
  return Field(fault, { type: 'string', enum: [...choices] }, options);
}

/** The code of a currency in use, in capitals. */
export function IsCurrency(options: FieldOptions = {}): PropertyDecorator {
  const fault: Fault = (value) =>
    isCurrency(value) ? null : 'must be an ISO 4217 currency code in capitals';
  return Field(fault, { type: 'string', enum: [...CURRENCIES] }, { example: 'USD', ...options });
}

/** The name of an IANA time zone. */
export function IsTimeZone(options: FieldOptions = {}): PropertyDecorator {
  const fault: Fault = (value) =>
    isTimeZone(value) ? null : 'must be the name of a time zone, such as Europe/Berlin';
  return Field(fault, { type: 'string' }, { example: 'Europe/Berlin', ...options });
}

/** A list of `min` (1) to `max` objects of a class, each checked by its own fields. */
export function IsListOf(
  item: () => new () => object,
  options: FieldOptions & { readonly min?: number; readonly max: number },
): PropertyDecorator {
  const { min = 1, max } = options;
  return applyDecorators(
    ValidateNested({ each: true, message: 'must hold objects' }),
    Type(item),
    // Swagger knows a class that is named later by a function whose own name is `type`.
    Field(
      (value) => listFault(value, min, max),
      { type: () => item(), isArray: true, minItems: min, maxItems: max },
      options,
    ),
  );
}

/** What is wrong with a list of `min` to `max` items, apart from what it holds. */
export function listFault(value: unknown, min: number, max: number): string | null {
  if (!Array.isArray(value)) return 'must be a list';
  return value.length < min || value.length > max ? `must have ${min} to ${max} items` : null;
}

/** A list of `min` (1) to `max` names, each as `IsName` has it, of up to `length` (100) characters. */
export function IsListOfNames(
  options: FieldOptions & { readonly min?: number; readonly max: number; readonly length?: number },
): PropertyDecorator {
  const { min = 1, max, length = 100 } = options;
  const fault: Fault = (value) => {
    const shape = listFault(value, min, max);
    if (shape !== null || !Array.isArray(value)) return shape;
    const faults = value.map((name: unknown) =>
      typeof name === 'string' ? nameFault(name, length) : 'must be a string',
    );
    const at = faults.findIndex((found) => found !== null);
    return at < 0 ? null : `has an item at ${at} that ${String(faults[at])}`;
  };
  return applyDecorators(
    Tidy(),
    Field(fault, { type: 'string', isArray: true, minItems: min, maxItems: max }, options),
  );
}

/** Trims and composes a text, or each text of a list; other values pass, for the check to refuse. */
function Tidy(): PropertyDecorator {
  const tidy = (value: unknown) => (typeof value === 'string' ? tidyText(value) : value);
  return Transform(({ value }: { value: unknown }) => (Array.isArray(value) ? value.map(tidy) : tidy(value)));
}

function common(schema: ApiPropertyOptions, options: FieldOptions): PropertyDecorator[] {
  const { description, example, optional = false, nullable = false } = options;
  const described = {
    ...schema,
    required: !optional,
    ...(nullable && { nullable }),
    ...(description !== undefined && { description }),
    ...(example !== undefined && { example }),
    ...(options.default !== undefined && { default: options.default }),
  } as ApiPropertyOptions;
  const decorators: PropertyDecorator[] = [ApiProperty(described)];
  if (optional || nullable) {
    decorators.push(
      ValidateIf((_, value) => !(optional && value === undefined) && !(nullable && value === null)),
    );
  }
  return decorators;
}
