import { dateInTimeZone, type CalendarDate } from '../../kernel/dates.js';
import { toMinor } from '../../kernel/money.js';
import { Problem, type FieldError } from '../../kernel/problem.js';
import type { EnvelopeAmount } from '../domain/account.js';
import type { EnvelopeAmountBody } from './bodies.js';

/** What the terms of a command depend on. */
export interface PlaceOfTerms {
  /** That of the account asked. */
  readonly currency: string;
  /** Those of the other accounts that the client named, by their ids, as far as they exist. */
  readonly currencies: ReadonlyMap<string, string>;
  /** Decides, in the IANA `time_zone`, what day today is. */
  readonly now: Date;
  readonly time_zone: string;
}

/**
 * Turns what a client wrote into the terms of a command: major units into whole minor units of the account's currency,
 * a day that was left out into today. What is wrong is collected, so that one answer names every field.
 */
export class Terms {
  private readonly errors: FieldError[];

  /** @param errors where to collect what is wrong, of fields whose names begin with `prefix` */
  constructor(
    private readonly place: PlaceOfTerms,
    private readonly prefix = '',
    errors: FieldError[] = [],
  ) {
    this.errors = errors;
  }

  /** The terms of what stands within a field, such as `commands[3]`. */
  within(field: string): Terms {
    return new Terms(this.place, `${this.prefix}${field}.`, this.errors);
  }

  /** An amount in minor units. */
  minor(field: string, amount: number): number {
    return this.minorIn(this.place.currency, field, amount);
  }

  /** An amount in minor units of another account's currency; null when there is no such account. */
  minorOf(account_id: string, field: string, amount: number): number | null {
    const currency = this.place.currencies.get(account_id);
    return currency === undefined ? null : this.minorIn(currency, field, amount);
  }

  /** Amounts in envelopes, of the list called `field`. */
  amounts(field: string, list: readonly EnvelopeAmountBody[]): EnvelopeAmount[] {
    return list.map(({ envelope_id, amount }, index) => ({
      envelope_id,
      amount_minor: this.minor(`${field}[${index}].amount`, amount),
    }));
  }

  /** The day and the description of a command that moves money. */
  money(body: { readonly description?: string; readonly effective_on?: CalendarDate }) {
    return { effective_on: body.effective_on ?? this.today, description: body.description ?? '' };
  }

  /** Today in the household's time zone. */
  get today(): CalendarDate {
    return dateInTimeZone(this.place.now, this.place.time_zone);
  }

  /** Notes that a field is wrong; `message` goes on after the field's name, as in `must be given`. */
  refuse(field: string, message: string): void {
    this.errors.push({ field: `${this.prefix}${field}`, message });
  }

  /** @throws Problem `invalid_request` naming every field that was wrong. */
  check(): void {
    if (this.errors.length > 0) throw new Problem('invalid_request', { errors: this.errors });
  }

  private minorIn(currency: string, field: string, amount: number): number {
    const result = toMinor(amount, currency);
    if (result.ok) return result.minor;
    this.refuse(field, result.message);
    return 0;
  }
}
