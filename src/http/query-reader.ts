import { Problem, type FieldError } from '../kernel/problem.js';
import { textFault, tidyText } from '../kernel/text.js';
import type { QueryParameter } from './query-parameters.js';

const MAX_SEARCH = 200;

/** Takes parameters out of a query one by one and collects what is wrong with them. */
export class QueryReader {
  private readonly errors: FieldError[] = [];

  constructor(private readonly query: Readonly<Record<string, unknown>>) {}

  /** A whole number from 1 to `max`. */
  wholeNumber(name: string, fallback: number, max: number): number {
    const text = this.take(name);
    if (text === undefined) return fallback;
    const value = /^\d{1,15}$/.test(text) ? Number(text) : 0;
    if (value < 1 || value > max)
      return this.wrong(name, `must be a whole number from 1 to ${max}`, fallback);
    return value;
  }

  /** One of a few words, or undefined when the parameter is not there. */
  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const text = this.take(name);
    const found = choices.find((choice) => choice === text);
    if (text === undefined || found !== undefined) return found;
    return this.wrong(name, `must be one of ${choices.join(', ')}`, undefined);
  }

  /** The text to search for, or undefined when there is none or only blanks. */
  search(): string | undefined {
    const text = this.take('q');
    if (text === undefined) return undefined;
    const tidy = tidyText(text);
    const fault = textFault(tidy, MAX_SEARCH);
    if (fault) return this.wrong('q', fault, undefined);
    return tidy === '' ? undefined : tidy;
  }

  /** What a cursor says, undefined when there is none. It stands in place of a page. */
  cursor<Value>(read: (text: string) => Value | undefined): Value | undefined {
    const text = this.take('cursor');
    if (text === undefined) return undefined;
    if (Object.hasOwn(this.query, 'page'))
      return this.wrong('cursor', 'must be left out beside page', undefined);
    const value = read(text);
    if (value !== undefined) return value;
    return this.wrong(
      'cursor',
      'must be a next_cursor of this list in this order, with these filters',
      undefined,
    );
  }

  /** The values of declared parameters, those that are there. */
  parameters(declared: Readonly<Record<string, QueryParameter<unknown>>>): Record<string, unknown> {
    const values: Record<string, unknown> = {};
    for (const [name, parameter] of Object.entries(declared)) {
      const text = this.take(name);
      if (text === undefined) continue;
      const parsed = parameter.parse(text);
      if ('fault' in parsed) this.wrong(name, parsed.fault, undefined);
      else values[name] = parsed.value;
    }
    return values;
  }

  /**
   * Ends the reading.
   * @throws Problem `invalid_request` naming every parameter that was wrong.
   */
  finish(): void {
    if (this.errors.length > 0) throw new Problem('invalid_request', { errors: this.errors });
  }

  private take(name: string): string | undefined {
    const value = Object.hasOwn(this.query, name) ? this.query[name] : undefined;
    if (value === undefined || typeof value === 'string') return value;
    return this.wrong(name, 'must be given once', undefined);
  }

  private wrong<Fallback>(field: string, message: string, fallback: Fallback): Fallback {
    this.errors.push({ field, message });
    return fallback;
  }
}
