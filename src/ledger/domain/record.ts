import { addMinor } from '../../kernel/money.js';
import type { CalendarDate } from '../../kernel/dates.js';
import { tidyText } from '../../kernel/text.js';
import { changeOf, type Account, type EnvelopeAmount } from './account.js';

/** The shape of the events that this version writes. */
export const SCHEMA_VERSION = 1;

/** The common part of an event that moves no money. */
export function unmoved(state: Account, command: { readonly effective_on: CalendarDate }) {
  return {
    schema_version: SCHEMA_VERSION,
    effective_on: command.effective_on,
    postings: [],
    balance_minor: state.balance_minor,
  } as const;
}

/** The common part of an event that moves money; the postings have been judged before. */
export function moved(
  state: Account,
  command: { readonly effective_on: CalendarDate; readonly description: string },
  postings: readonly EnvelopeAmount[],
) {
  return {
    schema_version: SCHEMA_VERSION,
    effective_on: command.effective_on,
    postings,
    balance_minor: addMinor(state.balance_minor, changeOf(postings)),
    description: tidyText(command.description),
  } as const;
}
