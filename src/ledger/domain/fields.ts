import { isMinor } from '../../kernel/money.js';
import { nameFault, nameKey, textFault, tidyText } from '../../kernel/text.js';
import type { EnvelopeAmount } from './account.js';
import { LIMITS } from './limits.js';
import { invalid, type Refusal } from './refusals.js';

/** Refuses an amount that is not above 0, whole and within the limit. */
export function amountRefusal(field: string, amount: number): Refusal | null {
  return isMinor(amount) && amount > 0 ? null : invalid(field, 'must be above 0 and below 10^15 minor units');
}

/** Refuses the first of a list of amounts that is not above 0; `field` is the name of the list. */
export function amountsRefusal(field: string, amounts: readonly EnvelopeAmount[]): Refusal | null {
  const index = amounts.findIndex(({ amount_minor }) => amountRefusal(field, amount_minor));
  const wrong = amounts[index];
  return wrong ? amountRefusal(`${field}[${index}].amount`, wrong.amount_minor) : null;
}

/** Refuses a name that is blank, too long or holds control characters. */
export function nameRefusal(field: string, name: string): Refusal | null {
  const fault = nameFault(tidyText(name), LIMITS.name_length);
  return fault === null ? null : invalid(field, fault);
}

/** Refuses a description that is too long or holds control characters. */
export function descriptionRefusal(description: string): Refusal | null {
  return textRefusal('description', description, LIMITS.description_length);
}

/** Refuses notes that are too long or hold control characters. */
export function notesRefusal(notes: string): Refusal | null {
  return textRefusal('notes', notes, LIMITS.notes_length);
}

function textRefusal(field: string, text: string, max: number): Refusal | null {
  const fault = textFault(tidyText(text), max);
  return fault === null ? null : invalid(field, fault);
}

/** Refuses tags of which there are too many, or one is blank, too long or holds control characters. */
export function tagsRefusal(tags: readonly string[]): Refusal | null {
  for (const [index, tag] of tags.entries()) {
    const fault = nameFault(tidyText(tag), LIMITS.tag_length);
    if (fault !== null) return invalid(`tags[${index}]`, fault);
  }
  return tidyTags(tags).length > LIMITS.tags ? invalid('tags', `must be at most ${LIMITS.tags}`) : null;
}

/** Tags as they are stored: tidy, in their order, the first of those that are the same name. */
export function tidyTags(tags: readonly string[]): string[] {
  const byKey = new Map<string, string>();
  for (const tag of tags.map(tidyText)) {
    const key = nameKey(tag);
    if (!byKey.has(key)) byKey.set(key, tag);
  }
  return [...byKey.values()];
}

/** One entry an envelope, in the order in which they are first named; those named twice are added up. */
export function byEnvelope(amounts: readonly EnvelopeAmount[]): EnvelopeAmount[] {
  const sums = new Map<number, number>();
  for (const { envelope_id, amount_minor } of amounts) {
    sums.set(envelope_id, (sums.get(envelope_id) ?? 0) + amount_minor);
  }
  return [...sums].map(([envelope_id, amount_minor]) => ({ envelope_id, amount_minor }));
}
