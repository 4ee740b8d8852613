import { dateInTimeZone, type CalendarDate } from '../../kernel/dates.js';
import { toMinor } from '../../kernel/money.js';
import { Problem, type FieldError } from '../../kernel/problem.js';
import type { EnvelopeAmount } from '../domain/account.js';
import type { EnvelopeAmountBody } from './bodies.js';

/**
 * Turns what a client wrote into the terms of a command: major units into whole minor units of the account's currency,
 * a day that was left out into today. What is wrong is collected, so that one answer names every field.
 */
export class Terms {
  private readonly errors: FieldError[] = [];

  /** @param now decides, in the IANA `time_zone`, what day today is */
  constructor(
    private readonly currency: string,
    private readonly now: Date,
    private readonly time_zone: string,
  ) {}

  /** An amount in minor units. */
  minor(field: string, amount: number): number {
    const result = toMinor(amount, this.currency);
    if (result.ok) return result.minor;
    this.refuse(field, result.message);
    return 0;
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
    return dateInTimeZone(this.now, this.time_zone);
  }

  /** Notes that a field is wrong; `message` goes on after the field's name, as in `must be given`. */
  refuse(field: string, message: string): void {
    this.errors.push({ field, message });
  }

  /** @throws Problem `invalid_request` naming every field that was wrong. */
  check(): void {
    if (this.errors.length > 0) throw new Problem('invalid_request', { errors: this.errors });
  }
}
