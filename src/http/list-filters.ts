import { isCalendarDate } from '../kernel/dates.js';

/** A filter of a list: how its text in the query becomes a value, and how OpenAPI describes it. */
export interface ListFilter<Value> {
  /** The value, or a sentence (`must …`) saying what is wrong with the text. */
  parse(text: string): { readonly value: Value } | { readonly fault: string };
  readonly schema: Readonly<Record<string, unknown>>;
  readonly description: string;
}

const filter = <Value>(
  description: string,
  schema: Readonly<Record<string, unknown>>,
  fault: string,
  read: (text: string) => Value | undefined,
): ListFilter<Value> => ({
  description,
  schema,
  parse(text) {
    const value = read(text);
    return value === undefined ? { fault } : { value };
  },
});

/** One of a few words. */
export const choiceFilter = <Choice extends string>(description: string, choices: readonly Choice[]) =>
  filter(
    description,
    { type: 'string', enum: [...choices] },
    `must be one of ${choices.join(', ')}`,
    (text) => choices.find((choice) => choice === text),
  );

/** `true` or `false`. */
export const flagFilter = (description: string) =>
  filter(description, { type: 'boolean' }, 'must be true or false', (text) =>
    text === 'true' ? true : text === 'false' ? false : undefined,
  );

/** A whole number from 0, such as an envelope's id. */
export const numberedIdFilter = (description: string) =>
  filter(description, { type: 'integer', minimum: 0 }, 'must be a whole number, 0 or more', (text) =>
    /^\d{1,15}$/.test(text) ? Number(text) : undefined,
  );

/** A calendar day, `YYYY-MM-DD`. */
export const dateFilter = (description: string) =>
  filter(
    description,
    { type: 'string', format: 'date' },
    'must be a date that exists, as YYYY-MM-DD',
    (text) => (isCalendarDate(text) ? text : undefined),
  );

/** An amount of money from 0 in major units, in plain decimals; whoever knows the currency checks those. */
export const amountFilter = (description: string) =>
  filter(description, { type: 'number', minimum: 0 }, 'must be an amount, such as 100.25', (text) =>
    /^\d{1,15}(\.\d{1,4})?$/.test(text) ? Number(text) : undefined,
  );
